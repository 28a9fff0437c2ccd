/** The settings, read once from the environment at start. */
import path from "node:path";
import type { KeyServiceTexts } from "./adapters/kms/parse-key-setting.ts";
import type { S3Keys } from "./adapters/blobs/s3-blobs.ts";
import { parseS3Place, type S3Place } from "./adapters/blobs/s3-place.ts";
import type { Providers, ProviderSettings } from "./adapters/identity/identity-options.ts";
import { AppError } from "./core/errors.ts";
import { plainMailAddress } from "./core/mail-address.ts";
import { parseNetwork } from "./core/network.ts";
import { parseSmtpUrl, type SmtpServer } from "./core/smtp-url.ts";
import { CALLS_PER_MINUTE } from "./http/limits-table.ts";
import type { ProxySettings } from "./http/trusted-proxies.ts";

export interface Config {
  readonly home: string;
  readonly host: string;
  readonly port: number;
  /** Null: the embedded database of the home. */
  readonly databaseUrl: string | null;
  readonly migrateUrl: string | null;
  /** DATABASE_DATABASES_URL: as steward_databases, which makes the projects' databases; needless with the embedded one. */
  readonly databasesUrl: string | null;
  /** Who may make an account. */
  readonly signUp: "open" | "invitation" | "closed";
  /** In years; null asks nobody. */
  readonly minimumAge: number | null;
  readonly providers: Providers;
  /** Where the master key is. */
  readonly keys: KeyServiceTexts;
  /** STEWARD_MASTER_KEY_FORMER: the one before it, while it is rotated. */
  readonly formerKey: string | null;
  /** A file with the OAuth clients that every project may connect with; null: each brings its own. */
  readonly oauthClients: string | null;
  /** The file in which the operator says where providers are; null: where their connectors have them. */
  readonly connectors: string | null;
  readonly ownerEmail: string | null;
  /** Of the first owner, who may sign in with it at once. */
  readonly ownerPassword: string | null;
  readonly apiKey: string | null;
  readonly egressAllow: string;
  /** The file with the operator's own prices of models; null: the table's alone. */
  readonly modelPrices: string | null;
  /** PEM files of the certificate and its key: needed to listen beyond loopback. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** What people type to reach Steward, when it is not the address it listens on. */
  readonly publicUrl: string | null;
  /** The oldest TLS that is spoken. */
  readonly tlsMin: "TLSv1.2" | "TLSv1.3";
  /** Whose word on where requests come from counts. */
  readonly proxies: ProxySettings;
  /** Of one key or session. */
  readonly callsPerMinute: number;
  /** Labels that organizations and projects may be pinned to; none by default. */
  readonly regions: readonly string[];
  /** Where this process stands; null for nowhere in particular. */
  readonly region: string | null;
  /** Where the database and the blobs lie: the only label to pin to. Null where no regions are set up. */
  readonly storeRegion: string | null;
  /** The mail server and the address that mail comes from; null: mail stays in the outbox. */
  readonly mail: { readonly server: SmtpServer; readonly from: string } | null;
  /** The bucket that holds blobs and files, with the keys to it; null: the home does. */
  readonly blobs: { readonly place: S3Place; readonly keys: S3Keys } | null;
  readonly files: {
    readonly volumeBytesMax: number;
    readonly versionsMax: number;
    /** Earlier versions are kept as long. */
    readonly versionDays: number;
  };
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every variable whose name is ours; STEWARD_URL and STEWARD_PROJECT are the command line's. */
export const SETTINGS: ReadonlySet<string> = new Set([
  "STEWARD_BLOBS",
  "STEWARD_FILE_DAYS",
  "STEWARD_FILE_VERSIONS",
  "STEWARD_VOLUME_GB",
  "STEWARD_API_KEY",
  "STEWARD_CALLS_PER_MINUTE",
  "STEWARD_CONNECTORS",
  "STEWARD_EGRESS_ALLOW",
  "STEWARD_HOME",
  "STEWARD_GOOGLE_CLIENT_ID",
  "STEWARD_GOOGLE_CLIENT_SECRET",
  "STEWARD_HOST",
  "STEWARD_MAIL_FROM",
  "STEWARD_KEY_SERVICE",
  "STEWARD_MASTER_KEY",
  "STEWARD_MASTER_KEY_FORMER",
  "STEWARD_MINIMUM_AGE",
  "STEWARD_OAUTH_CLIENTS",
  "STEWARD_MODEL_PRICES",
  "STEWARD_OIDC_CLIENT_ID",
  "STEWARD_OIDC_CLIENT_SECRET",
  "STEWARD_OIDC_ISSUER",
  "STEWARD_OIDC_NAME",
  "STEWARD_OWNER_EMAIL",
  "STEWARD_OWNER_PASSWORD",
  "STEWARD_PORT",
  "STEWARD_PROJECT",
  "STEWARD_PROXY_HEADER",
  "STEWARD_PUBLIC_URL",
  "STEWARD_REGION",
  "STEWARD_REGIONS",
  "STEWARD_SIGN_UP",
  "STEWARD_SMTP_URL",
  "STEWARD_STORE_REGION",
  "STEWARD_TLS_CERT",
  "STEWARD_TLS_KEY",
  "STEWARD_TLS_MIN",
  "STEWARD_TRUSTED_PROXIES",
  "STEWARD_URL",
]);

/** Names that look like settings and are none: misspelt, most likely. */
export function unknownSettings(env: Environment): readonly string[] {
  return Object.keys(env).filter((name) => name.startsWith("STEWARD_") && !SETTINGS.has(name));
}

/** Throws `start_refused` naming the variable that is not right. */
export function readConfig(env: Environment, cwd: string): Config {
  const text = (name: string): string | null => {
    const value = env[name]?.trim();
    return value === undefined || value === "" ? null : value;
  };
  const port = Number(text("STEWARD_PORT") ?? 7788);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw refused("STEWARD_PORT", "a port number, 0 to 65535");
  for (const name of ["DATABASE_URL", "DATABASE_MIGRATE_URL", "DATABASE_DATABASES_URL"]) {
    const url = text(name);
    if (url !== null && !/^postgres(?:ql)?:\/\//.test(url))
      throw refused(name, "an address such as postgres://steward_app:…@host:5432/steward");
  }
  const publicUrl = text("STEWARD_PUBLIC_URL");
  if (publicUrl !== null && !/^https?:\/\/[^/?#]+$/.test(publicUrl))
    throw refused("STEWARD_PUBLIC_URL", "an address without a path, such as https://steward.example.com");
  const host = text("STEWARD_HOST") ?? "127.0.0.1";
  if (!isHost(host)) throw refused("STEWARD_HOST", "an address of this machine, such as 127.0.0.1, ::1 or 0.0.0.0");
  const ownerEmail = text("STEWARD_OWNER_EMAIL");
  if (ownerEmail !== null && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(ownerEmail))
    throw refused("STEWARD_OWNER_EMAIL", "an e-mail address, such as ada@example.com");
  const [cert, key] = [text("STEWARD_TLS_CERT"), text("STEWARD_TLS_KEY")];
  if ((cert === null) !== (key === null))
    throw refused("STEWARD_TLS_CERT", "set together with STEWARD_TLS_KEY: both are PEM files");
  return {
    home: path.resolve(cwd, text("STEWARD_HOME") ?? ".steward"),
    host,
    port,
    databaseUrl: text("DATABASE_URL"),
    migrateUrl: text("DATABASE_MIGRATE_URL"),
    databasesUrl: text("DATABASE_DATABASES_URL"),
    ...readEntry(text),
    keys: {
      keyService: text("STEWARD_KEY_SERVICE"),
      masterKey: text("STEWARD_MASTER_KEY"),
      accessKeyId: text("AWS_ACCESS_KEY_ID"),
      secretAccessKey: text("AWS_SECRET_ACCESS_KEY"),
      sessionToken: text("AWS_SESSION_TOKEN"),
    },
    formerKey: text("STEWARD_MASTER_KEY_FORMER"),
    oauthClients:
      text("STEWARD_OAUTH_CLIENTS") === null ? null : path.resolve(cwd, text("STEWARD_OAUTH_CLIENTS") ?? ""),
    connectors: file(text("STEWARD_CONNECTORS"), cwd),
    ownerEmail,
    ownerPassword: env["STEWARD_OWNER_PASSWORD"] || null, // blanks may be its own
    apiKey: text("STEWARD_API_KEY"),
    egressAllow: text("STEWARD_EGRESS_ALLOW") ?? "",
    modelPrices: file(text("STEWARD_MODEL_PRICES"), cwd),
    tls: cert !== null && key !== null ? { cert: path.resolve(cwd, cert), key: path.resolve(cwd, key) } : null,
    publicUrl,
    ...readTransport(text),
    ...readPlace(text),
    mail: readMail(text("STEWARD_SMTP_URL"), text("STEWARD_MAIL_FROM")),
    blobs: readBlobs(text),
    files: {
      volumeBytesMax: count(text, "STEWARD_VOLUME_GB", 10, 1_000_000) * 1_073_741_824,
      versionsMax: count(text, "STEWARD_FILE_VERSIONS", 20, 1000),
      versionDays: count(text, "STEWARD_FILE_DAYS", 30, 3650),
    },
  };
}

type Text = (name: string) => string | null;

/** Google's issuer; tests set another by STEWARD_OIDC_ISSUER instead. */
const GOOGLE = "https://accounts.google.com";

function readEntry(text: Text): Pick<Config, "signUp" | "minimumAge" | "providers"> {
  const signUp = text("STEWARD_SIGN_UP") ?? "invitation";
  if (signUp !== "open" && signUp !== "invitation" && signUp !== "closed")
    throw refused("STEWARD_SIGN_UP", "open, invitation or closed");
  const age = text("STEWARD_MINIMUM_AGE");
  const minimumAge = age === null ? null : Number(age);
  if (minimumAge !== null && !(Number.isInteger(minimumAge) && minimumAge >= 1 && minimumAge <= 99))
    throw refused("STEWARD_MINIMUM_AGE", "a number of years, such as 16");
  const google = readProvider(text, "GOOGLE", GOOGLE, "Google");
  const oidc = readProvider(text, "OIDC", text("STEWARD_OIDC_ISSUER"), text("STEWARD_OIDC_NAME") ?? "single sign-on");
  return { signUp, minimumAge, providers: { ...(google && { google }), ...(oidc && { oidc }) } };
}

function readProvider(text: Text, prefix: string, issuer: string | null, name: string): ProviderSettings | null {
  const [clientId, clientSecret] = [text(`STEWARD_${prefix}_CLIENT_ID`), text(`STEWARD_${prefix}_CLIENT_SECRET`)];
  if (clientId === null && clientSecret === null) return null;
  if (clientId === null || clientSecret === null || issuer === null)
    throw refused(`STEWARD_${prefix}_CLIENT_ID`, "set together with its client secret and issuer");
  if (!URL.canParse(issuer)) throw refused(`STEWARD_${prefix}_ISSUER`, "an address such as https://id.example.com");
  return { issuer, clientId, clientSecret, name };
}

function readMail(url: string | null, from: string | null): Config["mail"] {
  if (url === null && from === null) return null;
  const server = parseSmtpUrl(url ?? "");
  if (server === null) throw refused("STEWARD_SMTP_URL", "an address such as smtps://user:password@smtp.example.com");
  const address = plainMailAddress(from ?? "");
  if (address === null) throw refused("STEWARD_MAIL_FROM", "a mail address, such as steward@example.com");
  return { server, from: address };
}

const REGIONS_MAX = 50;

function readRegions(given: string | null): readonly string[] {
  const labels = [...new Set((given ?? "").split(",").flatMap((label) => label.trim() || []))];
  if (labels.length > REGIONS_MAX || labels.some((label) => !/^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?$/.test(label)))
    throw refused("STEWARD_REGIONS", `a list of up to ${REGIONS_MAX} labels of a-z, 0-9 and -, such as eu, ch-north`);
  return labels;
}

function readPlace(text: Text): Pick<Config, "regions" | "region" | "storeRegion"> {
  const regions = readRegions(text("STEWARD_REGIONS"));
  const [region, store] = [text("STEWARD_REGION"), text("STEWARD_STORE_REGION")];
  for (const [name, label] of [
    ["STEWARD_REGION", region],
    ["STEWARD_STORE_REGION", store],
  ] as const)
    if (label !== null && !regions.includes(label)) throw refused(name, "one of the labels of STEWARD_REGIONS");
  return { regions, region, storeRegion: store ?? region ?? regions[0] ?? null };
}

const NETWORKS_MAX = 100;
const CALLS_MAX = 10_000_000;

function readTransport(text: (name: string) => string | null): Pick<Config, "tlsMin" | "proxies" | "callsPerMinute"> {
  const oldest = text("STEWARD_TLS_MIN") ?? "1.3";
  if (oldest !== "1.2" && oldest !== "1.3") throw refused("STEWARD_TLS_MIN", "1.3, or 1.2 where old callers need it");
  const names = (text("STEWARD_TRUSTED_PROXIES") ?? "").split(",").flatMap((name) => name.trim() || []);
  const networks = names.flatMap((name) => parseNetwork(name) ?? []);
  if (networks.length !== names.length || names.length > NETWORKS_MAX)
    throw refused("STEWARD_TRUSTED_PROXIES", "a list of addresses and ranges, such as 10.0.0.0/8, fd00::/8");
  const header = (text("STEWARD_PROXY_HEADER") ?? "X-Forwarded-For").toLowerCase();
  if (header !== "x-forwarded-for" && header !== "forwarded")
    throw refused("STEWARD_PROXY_HEADER", "X-Forwarded-For or Forwarded, whichever the proxy writes");
  const callsPerMinute = Number(text("STEWARD_CALLS_PER_MINUTE") ?? CALLS_PER_MINUTE);
  if (!Number.isInteger(callsPerMinute) || callsPerMinute < 1 || callsPerMinute > CALLS_MAX)
    throw refused("STEWARD_CALLS_PER_MINUTE", `a number of calls, 1 to ${CALLS_MAX}`);
  return { tlsMin: `TLSv${oldest}`, proxies: { trusted: networks, header }, callsPerMinute };
}

/** Where files and large values lie. Amazon's own names for the keys, so that what has them elsewhere has them here. */
function readBlobs(text: Text): Config["blobs"] {
  const given = text("STEWARD_BLOBS");
  if (given === null) return null;
  const place = parseS3Place(given);
  if (place === null) throw refused("STEWARD_BLOBS", "an address such as s3://bucket/prefix?region=eu-central-1");
  const [accessKeyId, secretAccessKey] = [text("AWS_ACCESS_KEY_ID"), text("AWS_SECRET_ACCESS_KEY")];
  if (accessKeyId === null || secretAccessKey === null)
    throw refused("AWS_ACCESS_KEY_ID", "set together with AWS_SECRET_ACCESS_KEY: STEWARD_BLOBS needs both");
  return { place, keys: { accessKeyId, secretAccessKey, sessionToken: text("AWS_SESSION_TOKEN") } };
}

function count(text: Text, name: string, usual: number, max: number): number {
  const given = Number(text(name) ?? usual);
  if (!Number.isInteger(given) || given < 1 || given > max) throw refused(name, `a whole number, 1 to ${max}`);
  return given;
}

function file(name: string | null, cwd: string): string | null {
  return name === null ? null : path.resolve(cwd, name);
}

/** An address or a name; `999.1.1.1` is neither. */
function isHost(text: string): boolean {
  return /^[A-Za-z0-9.:-]+$/.test(text) && URL.canParse(text.includes(":") ? `http://[${text}]` : `http://${text}`);
}

function refused(name: string, wanted: string): AppError {
  return new AppError("start_refused", `${name} is not ${wanted}`, { variable: name });
}
