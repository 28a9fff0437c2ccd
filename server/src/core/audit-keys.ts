/** Public keys that audit heads are signed with, by their ids. */
import { createHash, createPublicKey, verify } from "node:crypto";

/** Ed25519 SPKI (RFC 8410) by key id. */
export type PublicKeys = ReadonlyMap<string, Buffer>;

/** The id of a public key: the first 16 hexadecimal digits of the SHA-256 of its SPKI. */
export function keyIdOf(spki: Uint8Array): string {
  return createHash("sha256").update(spki).digest("hex").slice(0, 16);
}

/** Adds a key given as base64url SPKI. False when it is no Ed25519 key, or not the one of the id. */
export function addPublicKey(keys: Map<string, Buffer>, publicKey: string, keyId?: string): boolean {
  const spki = Buffer.from(publicKey, "base64url");
  const own = keyIdOf(spki);
  if ((keyId !== undefined && keyId !== own) || !isEd25519(spki)) return false;
  keys.set(own, spki);
  return true;
}

export function isSignedBy(spki: Buffer, text: string, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: spki, format: "der", type: "spki" });
  return verify(null, Buffer.from(text, "utf8"), key, signature);
}

function isEd25519(spki: Buffer): boolean {
  try {
    return createPublicKey({ key: spki, format: "der", type: "spki" }).asymmetricKeyType === "ed25519";
  } catch {
    return false;
  }
}
