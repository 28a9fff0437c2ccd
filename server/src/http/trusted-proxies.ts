/**
 * Where a request came from, decided in one place. A header says so only when the peer is a proxy that the operator
 * named, and of a header only what those proxies wrote counts: entries are read from the right, each believed because
 * the one before it is trusted, until one that is not: that is the caller (MDN, "X-Forwarded-For: selecting an IP
 * address"; RFC 7239, section 8.1). What is left of it the caller may have made up.
 */
import { isWithin, type Network, plainAddress } from "../core/network.ts";
import { parseForwarded } from "./parse-forwarded.ts";
import type { RawRequest } from "./webhooks.ts";

/** One of the two: a proxy writes one, and passes on what callers write into the other. */
export type ProxyHeader = "x-forwarded-for" | "forwarded";

export interface ProxySettings {
  readonly trusted: readonly Network[];
  readonly header: ProxyHeader;
}

/** What one proxy says of the leg before it. */
export interface Hop {
  readonly address: string;
  readonly proto: string | undefined;
  readonly host: string | undefined;
}

export interface CameFrom {
  /** Canonical text; empty when the connection is gone already. */
  readonly address: string;
  /** Whether the caller's own leg is TLS. */
  readonly secure: boolean;
  /** The host that the caller asked for. */
  readonly host: string | undefined;
  /** Whether the peer is a proxy that the operator named, whatever it says. */
  readonly proxied: boolean;
}

export type CameFromOf = (request: RawRequest) => CameFrom;

export const NO_PROXIES: ProxySettings = { trusted: [], header: "x-forwarded-for" };

const HOPS_MAX = 32;
const HOST = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/** Remembers its answer for as long as the request is there. */
export function createCameFrom({ trusted, header }: ProxySettings): CameFromOf {
  const known = new WeakMap<RawRequest, CameFrom>();
  return (request) => {
    const before = known.get(request);
    if (before !== undefined) return before;
    const { socket, headers } = request;
    const peer = plainAddress(socket.remoteAddress ?? "");
    const proxied = peer !== null && isWithin(trusted, peer);
    const direct = { address: peer?.text ?? "", secure: "encrypted" in socket, host: headers.host, proxied };
    const found = proxied ? throughProxies(trusted, direct, hopsOf(header, headers)) : direct;
    known.set(request, found);
    return found;
  };
}

/** What the outermost trusted proxy says; what is malformed says nothing. */
export function throughProxies(trusted: readonly Network[], direct: CameFrom, hops: readonly Hop[]): CameFrom {
  let found = direct;
  for (const hop of hops.slice(-HOPS_MAX).toReversed()) {
    const address = plainAddress(withoutPort(hop.address));
    if (address === null) break;
    const proto = hop.proto?.toLowerCase();
    found = {
      proxied: true,
      address: address.text,
      secure: proto === "https" ? true : proto === "http" ? false : found.secure,
      host: hop.host !== undefined && HOST.test(hop.host) ? hop.host : found.host,
    };
    if (!isWithin(trusted, address)) break;
  }
  return found;
}

type Headers = RawRequest["headers"];

function hopsOf(header: ProxyHeader, headers: Headers): readonly Hop[] {
  if (header === "forwarded") return parseForwarded(headers.forwarded ?? "");
  const addresses = listOf(headers["x-forwarded-for"]);
  const protos = listOf(headers["x-forwarded-proto"]);
  const hosts = listOf(headers["x-forwarded-host"]);
  // A proxy that replaces these headers leaves one value for all legs; those that add leave one for each.
  const at = (list: readonly string[], index: number): string | undefined =>
    list.length === addresses.length ? list[index] : list.at(-1);
  return addresses.map((address, index) => ({ address, proto: at(protos, index), host: at(hosts, index) }));
}

function listOf(header: string | readonly string[] | undefined): readonly string[] {
  if (header === undefined) return [];
  return String(header)
    .split(",")
    .map((entry) => entry.trim());
}

/** `192.0.2.1:1234`, `[2001:db8::1]:1234` and `[2001:db8::1]` are written by some proxies. */
function withoutPort(entry: string): string {
  return /^\[([^\]]*)\](?::\d{1,5})?$/.exec(entry)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/.exec(entry)?.[1] ?? entry;
}
