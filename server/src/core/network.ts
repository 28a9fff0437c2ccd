/** A range of addresses, as operators write it: `10.0.0.0/8`, `fd00::/8`, or one address. */
import { type Address, parseAddress, startsWith } from "./egress/address.ts";

export interface Network {
  readonly family: 4 | 6;
  readonly prefix: readonly number[];
  readonly bits: number;
}

/** The range that is written, or null: for what is none, for one with bits beyond its prefix, and for one that holds everything. */
export function parseNetwork(text: string): Network | null {
  const slash = text.indexOf("/");
  const address = parseAddress(slash === -1 ? text : text.slice(0, slash));
  if (address === null) return null;
  const whole = address.bytes.length * 8;
  const length = slash === -1 ? String(whole) : text.slice(slash + 1);
  const bits = Number(length);
  if (!/^\d{1,3}$/.test(length) || bits < 1 || bits > whole) return null;
  return endsAfter(address, bits) ? { family: address.family, prefix: address.bytes, bits } : null;
}

/** Whether nothing but zeros follows the first `bits`. */
function endsAfter({ bytes }: Address, bits: number): boolean {
  return bytes.every((byte, index) => (byte & (0xff >> Math.max(0, Math.min(8, bits - index * 8)))) === 0);
}

export function isWithin(networks: readonly Network[], address: Address): boolean {
  return networks.some(({ family, prefix, bits }) => family === address.family && startsWith(address, prefix, bits));
}

/** As `parseAddress`; an IPv4 address that came in on an IPv6 socket (`::ffff:192.0.2.1`) is that IPv4 address. */
export function plainAddress(text: string): Address | null {
  return parseAddress(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1] ?? text);
}

/** Whom a limit counts as one: an IPv4 address, or the /64 of an IPv6 address, which is what one customer gets (RFC 6177). */
export function countedAs({ family, text, bytes }: Address): string {
  if (family === 4) return text;
  const words = Array.from({ length: 4 }, (_, at) => ((bytes[at * 2]! << 8) | bytes[at * 2 + 1]!).toString(16));
  return `${words.join(":")}::/64`;
}
