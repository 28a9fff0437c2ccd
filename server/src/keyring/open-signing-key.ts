import { createHash, createPublicKey, sign, type KeyObject } from "node:crypto";
import { formatKeyFile, parseSigningKeyFile, type KeyEpoch } from "./key-file.ts";
import type { KeySources } from "./key-sources.ts";
import { invariant } from "../core/invariant.ts";
import { openInstallationFile } from "./open-installation-file.ts";
import { SealError } from "./seal-error.ts";
import { addSigningEpoch, publicKeyOf, SIGNING_OWNER, signingKeyOf } from "./signing-epochs.ts";
import { unwrapEpochs } from "./wrapped-epochs.ts";

/** A public key of the installation, to verify by. */
export interface PublicKey {
  /** The first 16 hexadecimal digits of the SHA-256 of its SPKI. */
  readonly keyId: string;
  /** SPKI (RFC 8410), base64url. */
  readonly publicKey: string;
  readonly createdAt: string;
  /** Signs now, or signed before. */
  readonly state: "active" | "retired";
}

/** The installation's Ed25519 key as it was when it was opened; open it again after a rotation. */
export interface SigningKey {
  readonly keyId: string;
  /** SPKI (RFC 8410), base64url. */
  readonly publicKey: string;
  /** The same in PEM. */
  readonly publicKeyPem: string;
  /** 64 bytes of Ed25519 (RFC 8032), verifiable with nothing but the public key. */
  sign(bytes: Uint8Array): Buffer;
  /** Every key that ever signed, the eldest first, as the file has them now. */
  list(): Promise<readonly PublicKey[]>;
}

/** The key that signs audit heads, made at the first use. Throws `SealError` when its file is damaged or not its own. */
export async function openSigningKey(sources: KeySources): Promise<SigningKey> {
  const { epochs, key } = await readSigningKey(sources);
  const spki = publicKeyOf(key);
  const keyId = keyIdOf(spki);
  invariant(
    listKeys(epochs).some((each) => each.keyId === keyId),
    "what signs is listed",
  );
  return {
    keyId,
    publicKey: spki.toString("base64url"),
    publicKeyPem: createPublicKey(key).export({ format: "pem", type: "spki" }).toString(),
    sign: (bytes) => sign(null, bytes, key),
    list: async () => listKeys(parseSigningKeyFile(await readFile(sources), "signing").keys.signing),
  };
}

async function readSigningKey(sources: KeySources): Promise<{ epochs: readonly KeyEpoch[]; key: KeyObject }> {
  const epochs = parseSigningKeyFile(await readFile(sources), "signing").keys.signing;
  const seeds = await unwrapEpochs(SIGNING_OWNER, epochs, await sources.master.all());
  let active: KeyObject | null = null;
  for (const { epoch, state, publicKey } of epochs) {
    const seed = seeds.get(epoch);
    if (!seed) continue;
    const key = signingKeyOf(seed);
    seed.fill(0);
    if (publicKeyOf(key).toString("base64url") !== publicKey) {
      throw new SealError("tampered", `the public key of epoch ${epoch} in the key file signing is not its own`);
    }
    if (state === "active") active = key;
  }
  if (active === null) throw new SealError("shredded", "no key is left to sign with");
  return { epochs, key: active };
}

async function readFile(sources: KeySources): Promise<Uint8Array> {
  return await openInstallationFile(sources, "signing", async (by) =>
    formatKeyFile({ format: 1, keys: { signing: await addSigningEpoch(sources, by)([]) } }),
  );
}

function listKeys(epochs: readonly KeyEpoch[]): PublicKey[] {
  return epochs.map(({ publicKey, createdAt, state }) => {
    invariant(publicKey, "a signing key has its public key beside it");
    const keyId = keyIdOf(Buffer.from(publicKey, "base64url"));
    return { keyId, publicKey, createdAt, state: state === "active" ? "active" : "retired" };
  });
}

function keyIdOf(spki: Uint8Array): string {
  return createHash("sha256").update(spki).digest("hex").slice(0, 16);
}
