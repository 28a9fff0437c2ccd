import { AppError } from "../core/errors.ts";
import { invariant } from "../core/invariant.ts";
import type { KeyFiles } from "../core/ports/key-files.ts";
import type { MasterKey } from "../core/ports/master-key.ts";
import { checkMasterKey } from "./check-master-key.ts";
import { KEY_BYTES } from "./derive-key.ts";
import { localMasterKey } from "./local-master-key.ts";
import type { FillRandom } from "./nonce-pool.ts";

export interface MasterKeySources {
  /** STEWARD_MASTER_KEY, if set; it goes before the file. */
  readonly given: string | undefined;
  readonly files: KeyFiles;
  readonly fillRandom: FillRandom;
  readonly nowMs: () => number;
}

/**
 * The master key that was given, else the home's own, made at the first start. Refuses with `start_refused`, having
 * written nothing, when it is not the one that this home's keys are wrapped with, or is missing while there are such.
 */
export async function openMasterKey({ given, files, fillRandom, nowMs }: MasterKeySources): Promise<MasterKey> {
  const master =
    given === undefined
      ? localMasterKey(await masterKeyText(files, fillRandom), "the master key file", fillRandom)
      : localMasterKey(given, "STEWARD_MASTER_KEY", fillRandom);
  await checkMasterKey(master, files, nowMs());
  return master;
}

async function masterKeyText(files: KeyFiles, fillRandom: FillRandom): Promise<string> {
  const wrappedBefore = await files.hasWrappedKeys(); // asked first: another process may be making them right now
  const kept = await files.read("master");
  if (kept !== null) return Buffer.from(kept).toString();
  if (wrappedBefore) {
    throw new AppError(
      "start_refused",
      "the master key is missing, but this home has keys wrapped with it: put the master key file back, or set STEWARD_MASTER_KEY",
    );
  }
  const bytes = Buffer.alloc(KEY_BYTES);
  fillRandom(bytes);
  await files.create("master", Buffer.from(`${bytes.toString("base64url")}\n`));
  bytes.fill(0);
  const first = await files.read("master"); // another process may have been first
  invariant(first, "the master key was just made");
  return Buffer.from(first).toString();
}
