import { parseAddress } from "./address.ts";
import { hostMatches, normalizeName } from "./host-name.ts";

/** One entry of a list of hosts that a program may connect to. */
export interface HostEntry {
  /** A name, an address, or `*.example.com` for one or more labels below it. */
  readonly pattern: string;
  /** Null: those of the web, 80 and 443. */
  readonly port: number | null;
}

const WEB_PORTS: ReadonlySet<number> = new Set([80, 443]);

/** The entry behind `host`, `host:port`, `*.host` or `[IPv6]:port`, or null when it is none of these. */
export function parseHostEntry(text: string): HostEntry | null {
  const found = /^(\[[0-9a-f:.]+\]|[^\s:[\]]+)(?::(\d{1,5}))?$/i.exec(text);
  if (found === null) return null;
  const [, host = "", portText] = found;
  const pattern = patternOf(host);
  const port = portText === undefined ? null : Number(portText);
  if (pattern === null || (port !== null && (port < 1 || port > 65_535))) return null;
  return { pattern, port };
}

function patternOf(host: string): string | null {
  if (host.startsWith("[")) return parseAddress(host.slice(1, -1))?.text ?? null;
  if (!host.startsWith("*.")) return parseAddress(host)?.text ?? normalizeName(host);
  const parent = normalizeName(host.slice(2));
  return parent === null ? null : `*.${parent}`;
}

/** Whether one of the entries names the host, in canonical spelling, with this port. */
export function hostIsListed(entries: readonly HostEntry[], host: string, port: number): boolean {
  return entries.some(
    (entry) => (entry.port === null ? WEB_PORTS.has(port) : entry.port === port) && hostMatches(host, [entry.pattern]),
  );
}
