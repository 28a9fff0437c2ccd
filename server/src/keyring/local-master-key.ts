import { createHmac } from "node:crypto";
import { AppError } from "../core/errors.ts";
import type { MasterKey } from "../core/ports/master-key.ts";
import { KEY_BYTES, secretKey } from "./derive-key.ts";
import { NoncePool, type FillRandom } from "./nonce-pool.ts";
import { unwrapKey, wrapKey } from "./wrap-key.ts";

/**
 * A master key held in memory, from its text: 32 bytes in base64url, base64 or hex, white space around it ignored.
 * `source` is where the text came from, for messages. Refuses any other text with `start_refused`.
 */
export function localMasterKey(text: string, source: string, fillRandom: FillRandom): MasterKey {
  const bytes = parseMasterKey(text.trim());
  if (bytes === null) {
    throw new AppError(
      "start_refused",
      `${source} is not a master key: it must be 32 bytes in base64url, base64 or hex, as \`openssl rand -hex 32\` prints`,
    );
  }
  const key = secretKey(bytes);
  const nonces = new NoncePool(fillRandom);
  // 64 bits of a pseudo-random function of the key: enough to tell keys apart, no help in guessing one.
  const id = createHmac("sha256", key).update("steward master key id 1").digest("hex").slice(0, 16);
  return {
    wrap: async (plain, associated) => wrapKey(key, nonces, plain, associated),
    unwrap: async (wrapped, associated) => unwrapKey(key, wrapped, associated),
    describe: async () => ({ id, source }),
  };
}

function parseMasterKey(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, "hex");
  for (const encoding of ["base64url", "base64"] as const) {
    const bytes = Buffer.from(text, encoding);
    // Encoding it again refuses other alphabets, missing characters and a mistyped last one.
    if (bytes.length === KEY_BYTES && bytes.toString(encoding).replace("=", "") === text.replace(/=$/, ""))
      return bytes;
  }
  return null;
}
