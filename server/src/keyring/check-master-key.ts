import { z } from "zod";
import { AppError } from "../core/errors.ts";
import { invariant } from "../core/invariant.ts";
import type { KeyFiles } from "../core/ports/key-files.ts";
import type { MasterKey } from "../core/ports/master-key.ts";

const ASSOCIATED = Buffer.from("steward master key check 1");
const PLAIN = Buffer.alloc(32); // what is wrapped doesn't matter: that it unwraps does
const checkSchema = z.object({
  format: z.literal(1),
  masterKey: z.object({ id: z.string(), source: z.string() }),
  createdAt: z.iso.datetime(),
  wrapped: z.base64url(),
});

/**
 * Recognises a wrong master key before anything is touched: a known value, wrapped by the first one, must unwrap.
 * The first start writes it. Refuses with `start_refused`.
 */
export async function checkMasterKey(master: MasterKey, files: KeyFiles, nowMs: number): Promise<void> {
  const check = parseCheck(await readOrWriteCheck(master, files, nowMs));
  const plain = await master.unwrap(Buffer.from(check.wrapped, "base64url"), ASSOCIATED);
  if (plain !== null && PLAIN.equals(plain)) return;
  const { id, source } = await master.describe();
  throw new AppError(
    "start_refused",
    `the master key ${id} (${source}) is not the one this home's keys are wrapped with: that is ${check.masterKey.id} (${check.masterKey.source})`,
  );
}

async function readOrWriteCheck(master: MasterKey, files: KeyFiles, nowMs: number): Promise<Uint8Array> {
  const wrappedBefore = await files.hasWrappedKeys(); // asked first: another process may be making them right now
  const kept = await files.read("check");
  if (kept !== null) return kept;
  if (wrappedBefore) {
    throw new AppError(
      "start_refused",
      "the check value of the master key is missing from this home, but wrapped keys are here: restore the whole folder of keys",
    );
  }
  const check = {
    format: 1,
    masterKey: await master.describe(),
    createdAt: new Date(nowMs).toISOString(),
    wrapped: Buffer.from(await master.wrap(PLAIN, ASSOCIATED)).toString("base64url"),
  } satisfies z.infer<typeof checkSchema>;
  await files.create("check", Buffer.from(`${JSON.stringify(check, null, 2)}\n`));
  const first = await files.read("check"); // another process, perhaps with another key, may have been first
  invariant(first, "the check value was just made");
  return first;
}

function parseCheck(bytes: Uint8Array): z.infer<typeof checkSchema> {
  try {
    return checkSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch {
    throw new AppError("start_refused", "the check value of the master key is damaged: restore the folder of keys");
  }
}
