/**
 * Ids are UUIDv7 (RFC 9562), kept as their 36-character text in the program and as `uuid` in the
 * database, shown as a prefix and 26 characters of lower-case base32 (Crockford): `run_06b…`.
 */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export type IdKind =
  | "org"
  | "prj"
  | "mem"
  | "key"
  | "flw"
  | "ver"
  | "trg"
  | "run"
  | "crd"
  | "wrk"
  | "ses"
  | "acc"
  | "rol"
  | "inv"
  | "sup"
  | "sso"
  | "fil"
  | "tbl"
  | "msg"
  | "snk"
  | "dom"
  | "con"
  | "ocl"
  | "rev"
  | "grt"
  | "lim"
  | "apr"
  | "cap";

/** A UUIDv7 of the given millisecond; `random` supplies 10 bytes. Ids of one millisecond order by the random part. */
export function uuidV7(ms: number, random: Uint8Array): string {
  const hex = ms.toString(16).padStart(12, "0");
  const b6 = 0x70 | (random[0]! & 0x0f);
  const b8 = 0x80 | (random[2]! & 0x3f);
  return `${hex.slice(0, 8)}-${hex.slice(8)}-${HEX[b6]}${HEX[random[1]!]}-${HEX[b8]}${HEX[random[3]!]}-${HEX[random[4]!]}${HEX[random[5]!]}${HEX[random[6]!]}${HEX[random[7]!]}${HEX[random[8]!]}${HEX[random[9]!]}`;
}

/** The millisecond in which a UUIDv7 was made. */
export function uuidTime(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
}

/** The least UUIDv7 of a millisecond. */
export function firstIdOf(ms: number): string {
  const hex = Math.max(0, Math.trunc(ms)).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** The 16 bytes of a UUID's text. */
export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll("-", ""), "hex");
}

/** `run_…` for a UUID. */
export function showId(kind: IdKind, uuid: string): string {
  return `${kind}_${base32(uuidBytes(uuid))}`;
}

/** The UUID behind a shown id, or null when the text is not an id of this kind. */
export function parseId(kind: IdKind, text: string): string | null {
  if (!text.startsWith(`${kind}_`)) return null;
  const body = text.slice(kind.length + 1);
  if (!/^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(body)) return null;
  let value = 0n;
  for (const character of body) value = value * 32n + BigInt(ALPHABET.indexOf(character));
  const hex = value.toString(16).padStart(32, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Bytes as lower-case Crockford base32, most significant digit first, ⌈8n/5⌉ characters. */
export function base32(bytes: Uint8Array): string {
  const length = Math.ceil((bytes.length * 8) / 5);
  let bits = length * 5 - bytes.length * 8; // leading zero bits, so that the text is fixed in length
  let value = 0;
  let text = "";
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return text;
}
