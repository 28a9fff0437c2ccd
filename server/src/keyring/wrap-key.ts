import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";
import { KEY_BYTES } from "./derive-key.ts";
import { NONCE_BYTES, type NoncePool } from "./nonce-pool.ts";

const TAG_BYTES = 16;
const WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/** A key that wraps other keys; `name` is what their files call it. */
export interface WrappingKey {
  readonly name: string;
  wrap(key: Uint8Array, associated: Uint8Array): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array, associated: Uint8Array): Promise<Uint8Array | null>;
}

/** nonce (12) · ciphertext (32) · tag (16): AES-256-GCM. */
export function wrapKey(by: KeyObject, nonces: NoncePool, key: Uint8Array, associated: Uint8Array): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonces.draw(nonce, 0);
  const cipher = createCipheriv("aes-256-gcm", by, nonce, { authTagLength: TAG_BYTES }).setAAD(associated);
  return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
}

/** The key, or null when these bytes were not wrapped by this key with this associated data. */
export function unwrapKey(by: KeyObject, wrapped: Uint8Array, associated: Uint8Array): Buffer | null {
  if (wrapped.length !== WRAPPED_BYTES) return null;
  const nonce = wrapped.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", by, nonce, { authTagLength: TAG_BYTES })
    .setAAD(associated)
    .setAuthTag(wrapped.subarray(NONCE_BYTES + KEY_BYTES));
  const key = decipher.update(wrapped.subarray(NONCE_BYTES, NONCE_BYTES + KEY_BYTES));
  try {
    decipher.final();
  } catch {
    key.fill(0);
    return null;
  }
  return key;
}
