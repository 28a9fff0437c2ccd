import { generateKeyPairSync, sign } from "node:crypto";
import type { HeadKey } from "../src/audit/sign-heads.ts";
import { keyIdOf, type PublicKeys } from "../src/core/audit-keys.ts";

export interface TestKey extends HeadKey {
  readonly trusted: PublicKeys;
}

/** A key that signs the audit, of a test's own. */
export function testKey(): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const spki = publicKey.export({ type: "spki", format: "der" });
  const keyId = keyIdOf(spki);
  const shown = {
    keyId,
    publicKey: spki.toString("base64url"),
    createdAt: "2026-11-21T12:00:00.000Z",
    state: "active" as const,
  };
  return {
    keyId,
    sign: (bytes) => sign(null, bytes, privateKey),
    list: () => Promise.resolve([shown]),
    trusted: new Map([[keyId, spki]]),
  };
}
