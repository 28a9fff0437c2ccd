/** The settings, read once from the environment at start. */
import path from "node:path";
import { AppError } from "./core/errors.ts";

export interface Config {
  readonly home: string;
  readonly host: string;
  readonly port: number;
  /** Null: the embedded database of the home. */
  readonly databaseUrl: string | null;
  readonly migrateUrl: string | null;
  readonly masterKey: string | null;
  readonly ownerEmail: string | null;
  readonly apiKey: string | null;
  readonly egressAllow: string;
  /** PEM files of the certificate and its key: needed to listen beyond loopback. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** What people type to reach Steward, when it is not the address it listens on. */
  readonly publicUrl: string | null;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Every variable whose name is ours; STEWARD_URL is the command line's. */
export const SETTINGS: ReadonlySet<string> = new Set([
  "STEWARD_API_KEY",
  "STEWARD_EGRESS_ALLOW",
  "STEWARD_HOME",
  "STEWARD_HOST",
  "STEWARD_MASTER_KEY",
  "STEWARD_OWNER_EMAIL",
  "STEWARD_PORT",
  "STEWARD_PUBLIC_URL",
  "STEWARD_TLS_CERT",
  "STEWARD_TLS_KEY",
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
  for (const name of ["DATABASE_URL", "DATABASE_MIGRATE_URL"]) {
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
  if (ownerEmail !== null && !/^[^\s@]+@[^\s@]+$/.test(ownerEmail))
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
    masterKey: text("STEWARD_MASTER_KEY"),
    ownerEmail,
    apiKey: text("STEWARD_API_KEY"),
    egressAllow: text("STEWARD_EGRESS_ALLOW") ?? "",
    tls: cert !== null && key !== null ? { cert: path.resolve(cwd, cert), key: path.resolve(cwd, key) } : null,
    publicUrl,
  };
}

/** An address or a name; `999.1.1.1` is neither. */
function isHost(text: string): boolean {
  return /^[A-Za-z0-9.:-]+$/.test(text) && URL.canParse(text.includes(":") ? `http://[${text}]` : `http://${text}`);
}

function refused(name: string, wanted: string): AppError {
  return new AppError("start_refused", `${name} is not ${wanted}`, { variable: name });
}
