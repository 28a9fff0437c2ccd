import { createHash } from "node:crypto";
import { z } from "zod";
import { AppError } from "../../core/errors.ts";
import type { KmsSetting, MasterKey } from "../../core/ports/master-key.ts";
import { KmsClient, type KmsAnswer, type KmsParts } from "./kms-client.ts";

const ALGORITHM = "SYMMETRIC_DEFAULT";
const keySchema = z.object({
  KeyMetadata: z.object({
    Arn: z.string().min(1),
    KeyState: z.string(),
    KeyUsage: z.string(),
    KeySpec: z.string(),
  }),
});
const encryptedSchema = z.object({ CiphertextBlob: z.base64().min(1), KeyId: z.string() });
const decryptedSchema = z.object({ Plaintext: z.base64(), KeyId: z.string() });
/** It was wrapped by another key, with other associated data, or was changed: the service doesn't tell them apart. */
const NOT_OURS = new Set(["InvalidCiphertextException", "IncorrectKeyException"]);

/**
 * A symmetric key of AWS KMS as the master key. The SHA-256 of the associated data goes along as encryption context,
 * which the service authenticates and writes into its own log. Needs `kms:DescribeKey`, `kms:Encrypt` and `kms:Decrypt`.
 * Each call rejects with `unavailable` when the service can't be asked or refuses, saying what it said.
 */
export function kmsMasterKey(setting: KmsSetting, parts: KmsParts): MasterKey {
  const client = new KmsClient(setting, parts);
  let described: Promise<string> | null = null;

  /** Asked once: names and aliases may change, the ARN is the key. A failure is not remembered. */
  async function arn(): Promise<string> {
    described ??= describeKey(client, setting).catch((error: unknown) => {
      described = null;
      throw error;
    });
    return await described;
  }

  return {
    async wrap(key, associated) {
      const request = {
        KeyId: await arn(),
        Plaintext: Buffer.from(key).toString("base64"),
        EncryptionContext: contextOf(associated),
        EncryptionAlgorithm: ALGORITHM,
      };
      // Not a read: each call makes another ciphertext.
      const { CiphertextBlob, KeyId } = done(
        await client.call("Encrypt", request, { schema: encryptedSchema, read: false }),
        setting,
      );
      if (KeyId !== request.KeyId) throw unexpectedKey(setting);
      return Buffer.from(CiphertextBlob, "base64");
    },

    async unwrap(wrapped, associated) {
      const request = {
        KeyId: await arn(),
        CiphertextBlob: Buffer.from(wrapped).toString("base64"),
        EncryptionContext: contextOf(associated),
        EncryptionAlgorithm: ALGORITHM,
      };
      const answer = await client.call("Decrypt", request, { schema: decryptedSchema, read: true });
      if (answer.kind === "refused" && NOT_OURS.has(answer.type)) return null;
      const { Plaintext, KeyId } = done(answer, setting);
      if (KeyId !== request.KeyId) throw unexpectedKey(setting);
      return Buffer.from(Plaintext, "base64");
    },

    async describe() {
      const id = createHash("sha256")
        .update(await arn())
        .digest("hex")
        .slice(0, 16);
      return { id, source: `the key service, ${await arn()}` };
    },
  };
}

async function describeKey(client: KmsClient, setting: KmsSetting): Promise<string> {
  const answer = await client.call("DescribeKey", { KeyId: setting.keyId }, { schema: keySchema, read: true });
  const { Arn, KeyState, KeyUsage, KeySpec } = done(answer, setting).KeyMetadata;
  if (KeyState !== "Enabled") throw unusable(setting, `it is ${KeyState}`);
  if (KeyUsage === "ENCRYPT_DECRYPT" && KeySpec === ALGORITHM) return Arn;
  throw unusable(setting, `it is for ${KeyUsage} with ${KeySpec}, and has to be symmetric for ENCRYPT_DECRYPT`);
}

function done<Body>(answer: KmsAnswer<Body>, setting: KmsSetting): Body {
  if (answer.kind === "done") return answer.body;
  throw unusable(setting, `the service answered ${answer.type}`);
}

function unusable({ keyId, endpoint }: KmsSetting, why: string): AppError {
  return new AppError("unavailable", `the key ${keyId} at the key service ${endpoint} can't be used: ${why}`);
}

function unexpectedKey(setting: KmsSetting): AppError {
  return unusable(setting, "another key answered");
}

/** The bytes themselves are no secret, but name organizations and would stand in the service's log. */
function contextOf(associated: Uint8Array): Record<string, string> {
  return { "steward-associated-data": createHash("sha256").update(associated).digest("base64url") };
}
