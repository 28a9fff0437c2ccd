/**
 * IP addresses: parsed strictly, classified by the IANA special-purpose registries (RFC 6890 and its updates).
 * Only global unicast is `public`; whatever is not known to be public isn't.
 */
import ipaddr from "ipaddr.js";

export interface Address {
  readonly family: 4 | 6;
  /** Canonical: dotted decimal, or RFC 5952 without brackets. */
  readonly text: string;
  /** 4 or 16, in network order. */
  readonly bytes: readonly number[];
}

const DOTTED = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;
const COLONED = /^[0-9a-f:.]{2,45}$/i;

/**
 * The address that is written, or null. Only the plain spellings count (four decimal parts without leading zeros; IPv6
 * without zone or brackets): other spellings belong to URLs, where the URL parser makes them plain (`judgeUrl`).
 */
export function parseAddress(text: string): Address | null {
  if (DOTTED.test(text)) {
    const bytes = text.split(".").map(Number);
    return bytes.every((byte) => byte <= 255) ? { family: 4, text, bytes } : null;
  }
  if (!COLONED.test(text) || !text.includes(":") || !ipaddr.IPv6.isValid(text)) return null;
  const address = ipaddr.IPv6.parse(text);
  return { family: 6, text: address.toRFC5952String(), bytes: address.toByteArray() };
}

/** `public`, or the name of the special range that holds the address. */
export function addressKind(address: Address): string {
  if (address.family === 4) return kindOfV4(address.bytes);
  const range = new ipaddr.IPv6([...address.bytes]).range();
  if (range !== "unicast") return range;
  const embedded = embeddedV4(address);
  if (embedded !== null) return "embeds IPv4";
  // Only 2000::/3 is allocated as global unicast; 3ffe::/16 (6bone) was given back (RFC 3701).
  if (startsWith(address, [0x20], 3) && !startsWith(address, [0x3f, 0xfe], 16)) return "public";
  return "reserved";
}

function kindOfV4(bytes: readonly number[]): string {
  // Azure's host agent: the one metadata service that sits on a public address.
  if (bytes[0] === 168 && bytes[1] === 63 && bytes[2] === 129 && bytes[3] === 16) return "metadata";
  const range = new ipaddr.IPv4([...bytes]).range();
  return range === "unicast" ? "public" : range;
}

/**
 * The IPv4 address that a packet to this IPv6 address may end at, or null: mapped, compatible (RFC 4291), translated
 * (RFC 7915), NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056), Teredo (RFC 4380) and ISATAP (RFC 5214).
 */
export function embeddedV4(address: Address): Address | null {
  if (address.family === 4) return null;
  const at = (offset: number, flip = 0): Address => {
    const bytes = address.bytes.slice(offset, offset + 4).map((byte) => byte ^ flip);
    return { family: 4, text: bytes.join("."), bytes };
  };
  if (startsWith(address, [0x20, 0x02], 16)) return at(2);
  if (startsWith(address, [0x20, 0x01, 0, 0], 32)) return at(12, 0xff);
  const isatap = address.bytes[9] === 0 && address.bytes[10] === 0x5e && address.bytes[11] === 0xfe;
  if (isatap && (address.bytes[8] === 0 || address.bytes[8] === 2)) return at(12);
  const lastFour =
    startsWith(address, [], 96) ||
    startsWith(address, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], 96) ||
    startsWith(address, [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], 96) ||
    startsWith(address, [0x00, 0x64, 0xff, 0x9b], 96) ||
    startsWith(address, [0x00, 0x64, 0xff, 0x9b, 0x00, 0x01], 48);
  return lastFour && !isLoopbackOrUnspecified(address) ? at(12) : null;
}

function isLoopbackOrUnspecified(address: Address): boolean {
  return address.bytes.every((byte, index) => (index < 15 ? byte === 0 : byte <= 1));
}

/** Whether the first `bits` of the address are those of `prefix`, which zeros continue. */
export function startsWith(address: Address, prefix: readonly number[], bits: number): boolean {
  for (let bit = 0; bit < bits; bit += 8) {
    const index = bit >> 3;
    const mask = bits - bit >= 8 ? 0xff : (0xff << (8 - (bits - bit))) & 0xff;
    if (((address.bytes[index] ?? 0) & mask) !== ((prefix[index] ?? 0) & mask)) return false;
  }
  return true;
}
