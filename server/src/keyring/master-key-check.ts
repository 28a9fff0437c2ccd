import { z } from "zod";
import { AppError } from "../core/errors.ts";
import type { MasterKey } from "../core/ports/master-key.ts";

const ASSOCIATED = Buffer.from("steward master key check 1");
const PLAIN = Buffer.alloc(32); // what is wrapped doesn't matter: that it unwraps does
const knownKeySchema = z.object({
  masterKey: z.object({ id: z.string(), source: z.string() }),
  wrapped: z.base64url(),
});
const checkSchema = z.object({
  format: z.literal(1),
  createdAt: z.iso.datetime(),
  ...knownKeySchema.shape,
  /** The successor, from the moment that something may be wrapped with it until everything is. */
  next: knownKeySchema.exactOptional(),
});

/** A master key's name with 32 zero bytes that it wrapped. */
export type KnownMasterKey = Readonly<z.infer<typeof knownKeySchema>>;
export type MasterKeyCheck = Readonly<z.infer<typeof checkSchema>>;

/** Throws `start_refused`. */
export function parseMasterKeyCheck(bytes: Uint8Array): MasterKeyCheck {
  try {
    return checkSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch {
    throw new AppError("start_refused", "the check value of the master key is damaged: restore the folder of keys");
  }
}

export function formatMasterKeyCheck(check: MasterKeyCheck): Buffer {
  return Buffer.from(`${JSON.stringify(check, null, 2)}\n`);
}

export async function knowMasterKey(master: MasterKey): Promise<KnownMasterKey> {
  const masterKey = await master.describe();
  return { masterKey, wrapped: Buffer.from(await master.wrap(PLAIN, ASSOCIATED)).toString("base64url") };
}

/** Whether it is this key, by what it unwraps and by the name that key files give it. */
export async function isMasterKey(master: MasterKey, known: KnownMasterKey): Promise<boolean> {
  const plain = await master.unwrap(Buffer.from(known.wrapped, "base64url"), ASSOCIATED);
  if (plain === null || !PLAIN.equals(plain)) return false;
  return (await master.describe()).id === known.masterKey.id;
}

export function showMasterKey({ masterKey: { id, source } }: Pick<KnownMasterKey, "masterKey">): string {
  return `${id} (${source})`;
}
