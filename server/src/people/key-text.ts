import { base32 } from "../core/id.ts";
import type { Ids } from "../core/ports/ids.ts";

const KEY_BYTES = 32;
/** Shown to tell keys apart: `sk`, the cell and four characters of the secret, 20 of its 256 bits. */
const PREFIX_LENGTH = 9;

/** A new key's text, which is given once and stored nowhere: `sk`, the cell, 32 random bytes. */
export function makeKeyText(ids: Pick<Ids, "bytes">): string {
  return `sk_0_${base32(ids.bytes(KEY_BYTES))}`;
}

export function keyPrefix(text: string): string {
  return text.slice(0, PREFIX_LENGTH);
}
