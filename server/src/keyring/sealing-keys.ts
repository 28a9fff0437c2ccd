import { createCipheriv, createDecipheriv } from "node:crypto";
import { invariant } from "../core/invariant.ts";
import type { DataKeys } from "./data-keys.ts";
import type { Place, RunKeys } from "./keyring.ts";
import { NONCE_BYTES, type NoncePool } from "./nonce-pool.ts";
import { SealError } from "./seal-error.ts";

// Sealed bytes: format (u8) · epoch (u32) · nonce (12) · ciphertext · tag (16). Numbers are big-endian.
const FORMAT = 1;
const NONCE_AT = 5;
const TEXT_AT = NONCE_AT + NONCE_BYTES;
const TAG_BYTES = 16;
const PLAIN_BYTES_MAX = 2 ** 30; // larger ones are cut into rows by who stores them
const GCM = { authTagLength: TAG_BYTES } as const;

/** The keys of one run or purpose, one per epoch, each derived at its first use and held by its data keys. */
export class SealingKeys implements RunKeys {
  readonly #dataKeys: DataKeys;
  readonly #info: Uint8Array;
  readonly #nonces: NoncePool;

  constructor(dataKeys: DataKeys, info: Uint8Array, nonces: NoncePool) {
    this.#dataKeys = dataKeys;
    this.#info = info;
    this.#nonces = nonces;
  }

  seal(place: Place, row: Uint8Array, plain: Uint8Array): Buffer {
    invariant(plain.length <= PLAIN_BYTES_MAX, `a sealed field has at most ${PLAIN_BYTES_MAX} bytes`);
    const epoch = this.#dataKeys.active;
    const key = this.#dataKeys.derive(this, epoch, this.#info);
    const sealed = Buffer.allocUnsafe(TEXT_AT + plain.length + TAG_BYTES);
    sealed.writeUInt8(FORMAT, 0);
    sealed.writeUInt32BE(epoch, 1);
    this.#nonces.draw(sealed, NONCE_AT);
    const cipher = createCipheriv("aes-256-gcm", key, sealed.subarray(NONCE_AT, TEXT_AT), GCM);
    cipher.setAAD(associatedData(epoch, place, row));
    sealed.set(cipher.update(plain), TEXT_AT);
    cipher.final();
    sealed.set(cipher.getAuthTag(), TEXT_AT + plain.length);
    return sealed;
  }

  open(place: Place, row: Uint8Array, sealed: Uint8Array): Buffer {
    const bytes = sealedBytes(sealed, place);
    const tagAt = bytes.length - TAG_BYTES;
    const epoch = bytes.readUInt32BE(1);
    const key = this.#dataKeys.derive(this, epoch, this.#info);
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(NONCE_AT, TEXT_AT), GCM);
    decipher.setAAD(associatedData(epoch, place, row)).setAuthTag(bytes.subarray(tagAt));
    const plain = decipher.update(bytes.subarray(TEXT_AT, tagAt));
    try {
      decipher.final();
    } catch {
      plain.fill(0); // unauthenticated, so nobody's
      throw new SealError("tampered", `changed, or sealed for another row, place or key than ${describe(place)}`);
    }
    return plain;
  }

  needsReseal(sealed: Uint8Array): boolean {
    return epochOf(sealed) !== this.#dataKeys.active;
  }

  reseal(place: Place, row: Uint8Array, sealed: Uint8Array): Buffer | null {
    if (!this.needsReseal(sealed)) return null;
    const plain = this.open(place, row, sealed);
    try {
      return this.seal(place, row, plain);
    } finally {
      plain.fill(0);
    }
  }
}

/** The epoch that it was sealed under. Throws `SealError` `format`. */
export function epochOf(sealed: Uint8Array): number {
  return sealedBytes(sealed, null).readUInt32BE(1);
}

function sealedBytes(sealed: Uint8Array, place: Place | null): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length);
  if (bytes.length >= TEXT_AT + TAG_BYTES && bytes[0] === FORMAT) return bytes;
  throw new SealError(
    "format",
    `not sealed bytes of format ${FORMAT}${place === null ? "" : ` in ${describe(place)}`}`,
  );
}

/** format (u8) · epoch (u32) · table (u16) · column (u16) · length of row (u16) · row. */
function associatedData(epoch: number, { table, column }: Place, row: Uint8Array): Buffer {
  const data = Buffer.allocUnsafe(11 + row.length);
  data.writeUInt8(FORMAT, 0);
  data.writeUInt32BE(epoch, 1);
  data.writeUInt16BE(table, 5);
  data.writeUInt16BE(column, 7);
  data.writeUInt16BE(row.length, 9);
  data.set(row, 11);
  return data;
}

function describe({ table, column }: Place): string {
  return `table ${table}, column ${column}`;
}
