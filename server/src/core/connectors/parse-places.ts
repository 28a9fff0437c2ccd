/** Where the operator says that providers are: STEWARD_CONNECTORS names a JSON file, by connector. */
import type { Connector } from "@steward/sdk";
import { z } from "zod";
import { type Address, addressKind } from "../egress/address.ts";
import { type AllowList, addressIsAllowed, nameIsAllowed } from "../egress/allow-list.ts";
import { judgeUrl, type Target } from "../egress/judge-url.ts";
import { fieldPath } from "../field-path.ts";
import { issueText } from "../issue-text.ts";
import { parseJson } from "../parse-json.ts";

const CONNECTORS_MAX = 200;
const HOSTS_MAX = 20;

const Url = z.string().min(1).max(500);
const Place = z.strictObject({
  base: Url.optional(),
  authorizationUrl: Url.optional(),
  tokenUrl: Url.optional(),
  revocationUrl: Url.nullable().optional(),
  deviceUrl: Url.nullable().optional(),
  hosts: z.record(z.string().max(253), Url).optional(),
});
const File = z.record(z.string(), Place);

/** Where one provider is. What it leaves out stays as the connector has it, or goes with its host. */
export type ConnectorPlacement = z.output<typeof Place>;

const OAUTH: ReadonlySet<string> = new Set(["oauth2", "client_credentials", "service_account"]);

type Parsed =
  | { readonly ok: true; readonly places: ReadonlyMap<string, ConnectorPlacement> }
  | { readonly ok: false; readonly message: string };

/** The file's places, or what is wrong with them, naming the field. Addresses are judged by what the egress would reach. */
export function parsePlaces(text: string, connectors: readonly Connector[], allow: AllowList): Parsed {
  const json = parseJson(text);
  if (!json.ok) return json;
  const parsed = File.safeParse(json.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    return { ok: false, message: `${fieldPath(issue.path)}: ${issueText(issue)}` };
  }
  const entries = Object.entries(parsed.data);
  if (entries.length > CONNECTORS_MAX) return { ok: false, message: `at most ${CONNECTORS_MAX} connectors are read` };
  const byId = new Map(connectors.map((connector) => [connector.id, connector]));
  for (const [id, place] of entries) {
    const wrong = whyNot(byId.get(id), place, allow);
    if (wrong !== null) return { ok: false, message: `${id}${wrong}` };
  }
  return { ok: true, places: new Map(entries) };
}

function whyNot(connector: Connector | undefined, place: ConnectorPlacement, allow: AllowList): string | null {
  if (connector === undefined) return " is no connector";
  if (connector.ownAddress === true) return " has no place of its own: each of its connections brings an address";
  const oauth = connector.authentication.some(({ kind }) => OAUTH.has(kind));
  for (const field of ["authorizationUrl", "tokenUrl", "revocationUrl", "deviceUrl"] as const)
    if (place[field] !== undefined && !oauth) return `.${field}: ${connector.title} is not connected by OAuth 2`;
  const hosts = Object.entries(place.hosts ?? {});
  if (hosts.length > HOSTS_MAX) return `.hosts: at most ${HOSTS_MAX}`;
  const known = hostsOf(connector);
  const strange = hosts.find(([host]) => !known.has(host));
  if (strange) return `.hosts: ${connector.title} has no host ${strange[0]}; it has ${[...known].join(", ")}`;
  const { hosts: _, ...single } = place;
  const addresses = [...Object.entries(single), ...hosts.map(([host, url]) => [`hosts.${host}`, url] as const)];
  for (const [field, url] of addresses) {
    if (url === null || url === undefined) continue;
    const wrong = judgeAddress(url, allow);
    if (wrong !== null) return `.${field}: ${wrong}`;
  }
  return null;
}

/** Of all that the connector names, its consent's included. */
export function hostsOf({ base, hosts, authentication }: Connector): ReadonlySet<string> {
  const urls = authentication.flatMap((way) => {
    if (way.kind === "client_credentials" || way.kind === "service_account") return [way.tokenUrl];
    if (way.kind !== "oauth2") return [];
    const { authorizationUrl, tokenUrl, revocationUrl, deviceUrl, revocation } = way;
    return [authorizationUrl, tokenUrl, revocationUrl, deviceUrl, revocation?.url];
  });
  const named = [base, ...urls].flatMap((url) => (url ? [new URL(url).hostname] : []));
  return new Set([...hosts, ...named]);
}

function judgeAddress(text: string, allow: AllowList): string | null {
  const judged = judgeUrl(text);
  if (!judged.ok) return judged.message;
  if (/[?#]/.test(text)) return "write it without a query and a fragment";
  const { target } = judged;
  const { scheme, host, port, address } = target;
  if (scheme === "http" && !isLoopback(host, address))
    return `${text} is not https, which what goes to a provider has to be; http is for this machine itself`;
  const isOpened = address === null ? nameIsAllowed(allow, host, port) : addressIsAllowed(allow, address, port);
  if (isOpened || (host !== "localhost" && (address === null || addressKind(address) === "public"))) return null;
  const entry = `${address?.family === 6 ? `[${host}]` : host}:${port}`;
  return `${text} is not on the public internet: open it with STEWARD_EGRESS_ALLOW=${entry}, beside what stands there already`;
}

function isLoopback(host: Target["host"], address: Address | null): boolean {
  return address === null ? host === "localhost" : addressKind(address) === "loopback";
}
