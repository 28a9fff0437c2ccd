import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { KEY_BYTES } from "./derive-key.ts";
import { activateEpoch, nextEpoch, type KeyEpoch } from "./key-file.ts";
import type { FillRandom } from "./nonce-pool.ts";
import type { WrappingKey } from "./wrap-key.ts";
import { wrapEpoch } from "./wrapped-epochs.ts";

/** PKCS #8 of an Ed25519 key as far as the 32 bytes of its seed (RFC 8410, section 7). */
const PKCS8_START = Buffer.from("302e020100300506032b657004220420", "hex");

export const SIGNING_OWNER = { organization: "", class: "signing" } as const;

/** Adds a new Ed25519 key, wrapped, with its public key beside it, as the one that signs from now on. */
export function addSigningEpoch(
  { fillRandom, nowMs }: { readonly fillRandom: FillRandom; readonly nowMs: () => number },
  by: WrappingKey,
): (epochs: KeyEpoch[]) => Promise<KeyEpoch[]> {
  return async (epochs) => {
    const seed = Buffer.alloc(KEY_BYTES);
    fillRandom(seed);
    const publicKey = publicKeyOf(signingKeyOf(seed)).toString("base64url");
    const added = nextEpoch(epochs);
    const more = await wrapEpoch(SIGNING_OWNER, epochs, seed, by, nowMs());
    seed.fill(0);
    return activateEpoch(more, added).map((entry) => (entry.epoch === added ? { ...entry, publicKey } : entry));
  };
}

/** The private key of an Ed25519 seed; the seed stays the caller's. */
export function signingKeyOf(seed: Uint8Array): KeyObject {
  const der = Buffer.concat([PKCS8_START, seed]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  der.fill(0);
  return key;
}

/** Its public key's SPKI (RFC 8410), 44 bytes. */
export function publicKeyOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: "der", type: "spki" });
}
