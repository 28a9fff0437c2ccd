import { createHmac, createSecretKey, type KeyObject } from "node:crypto";

export const KEY_BYTES = 32;
const SALT = "steward keys 1";
const FIRST_BLOCK = Uint8Array.of(1);

/** HKDF-Extract (RFC 5869, SHA-256) of a data key, done once; the data key's bytes are cleared. */
export function extractKey(key: Uint8Array): KeyObject {
  const extracted = createHmac("sha256", SALT).update(key).digest();
  key.fill(0);
  return secretKey(extracted);
}

/** HKDF-Expand (RFC 5869) to 32 bytes: one HMAC. */
export function expandKey(extracted: KeyObject, info: Uint8Array): KeyObject {
  return secretKey(createHmac("sha256", extracted).update(info).update(FIRST_BLOCK).digest());
}

/** Takes the bytes over: they are cleared here. Ciphers start eight times faster from a KeyObject than from bytes. */
export function secretKey(bytes: Uint8Array): KeyObject {
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}
