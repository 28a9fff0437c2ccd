/**
 * What the operator opens beyond the public internet: `STEWARD_EGRESS_ALLOW`, a comma-separated list of
 * `host`, `host:port`, an address, `address:port`, `[IPv6]:port` and CIDR ranges. Each entry opens what it names and nothing else.
 */
import { AppError } from "../errors.ts";
import { type Address, addressKind, embeddedV4, parseAddress, startsWith } from "./address.ts";
import { normalizeName } from "./host-name.ts";

interface AllowedName {
  readonly name: string;
  /** null opens every port. */
  readonly port: number | null;
}

interface AllowedRange {
  readonly family: 4 | 6;
  readonly prefix: readonly number[];
  readonly bits: number;
  readonly port: number | null;
}

export interface AllowList {
  readonly names: readonly AllowedName[];
  readonly ranges: readonly AllowedRange[];
}

const ENTRIES_MAX = 256;

export const ALLOW_NOTHING: AllowList = { names: [], ranges: [] };

/** The list behind the setting's text; empty text opens nothing. Throws `start_refused` naming the entry that is wrong. */
export function parseAllowList(text: string): AllowList {
  const entries = text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  if (entries.length > ENTRIES_MAX) {
    throw new AppError(
      "start_refused",
      `STEWARD_EGRESS_ALLOW has ${entries.length} entries; at most ${ENTRIES_MAX} are read.`,
    );
  }
  const names: AllowedName[] = [];
  const ranges: AllowedRange[] = [];
  for (const entry of entries) {
    const parsed = parseEntry(entry);
    if ("name" in parsed) names.push(parsed);
    else ranges.push(parsed);
  }
  return { names, ranges };
}

function parseEntry(entry: string): AllowedName | AllowedRange {
  if (entry.includes("/")) return parseRange(entry);
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(entry);
  if (bracketed !== null) {
    const address = parseAddress(bracketed[1] ?? "");
    if (address?.family !== 6) refuse(entry, "what stands in brackets is not an IPv6 address");
    return addressEntry(entry, address, bracketed[2]);
  }
  const bare = parseAddress(entry);
  if (bare !== null) return addressEntry(entry, bare, undefined);
  const colon = entry.indexOf(":");
  const host = colon === -1 ? entry : entry.slice(0, colon);
  const port = colon === -1 ? undefined : entry.slice(colon + 1);
  if (port?.includes(":")) refuse(entry, "an IPv6 address with a port is written [address]:port");
  const address = parseAddress(host);
  if (address !== null) return addressEntry(entry, address, port);
  const name = normalizeName(host);
  if (name === null) refuse(entry, "this is neither a host name nor an address");
  return { name, port: parsePort(entry, port) };
}

function addressEntry(entry: string, address: Address, port: string | undefined): AllowedRange {
  if (embeddedV4(address) !== null) refuse(entry, "this address embeds an IPv4 address; name the IPv4 address itself");
  return {
    family: address.family,
    prefix: address.bytes,
    bits: address.bytes.length * 8,
    port: parsePort(entry, port),
  };
}

function parseRange(entry: string): AllowedRange {
  const slash = entry.indexOf("/");
  const address = parseAddress(entry.slice(0, slash));
  if (address === null) refuse(entry, "what stands before the slash is not an address");
  const bitsText = entry.slice(slash + 1);
  const bits = Number(bitsText);
  if (!/^\d{1,3}$/.test(bitsText) || bits > address.bytes.length * 8)
    refuse(entry, "the length of the prefix is not valid");
  const network: Address = { ...address, bytes: address.bytes.map((byte, index) => byte & maskByte(bits, index)) };
  if (network.bytes.some((byte, index) => byte !== address.bytes[index])) {
    refuse(entry, `an address in the range stands where its first address belongs`);
  }
  return { family: address.family, prefix: network.bytes, bits, port: null };
}

function maskByte(bits: number, index: number): number {
  const left = Math.max(0, Math.min(8, bits - index * 8));
  return (0xff << (8 - left)) & 0xff;
}

function parsePort(entry: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) refuse(entry, "the port is not between 1 and 65535");
  return port;
}

function refuse(entry: string, why: string): never {
  throw new AppError("start_refused", `STEWARD_EGRESS_ALLOW names "${entry.slice(0, 200)}": ${why}.`, { entry });
}

/** Whether the list names this host, so that it is opened at whatever address it resolves to. */
export function nameIsAllowed(allow: AllowList, name: string, port: number): boolean {
  return allow.names.some((entry) => entry.name === name && (entry.port === null || entry.port === port));
}

/** Whether the list opens this address. One that embeds an IPv4 address needs that one to be public or opened too. */
export function addressIsAllowed(allow: AllowList, address: Address, port: number): boolean {
  const opened = allow.ranges.some(
    (range) =>
      range.family === address.family &&
      (range.port === null || range.port === port) &&
      startsWith(address, range.prefix, range.bits),
  );
  if (!opened) return false;
  const embedded = embeddedV4(address);
  return embedded === null || addressKind(embedded) === "public" || addressIsAllowed(allow, embedded, port);
}
