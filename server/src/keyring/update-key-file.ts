import { AppError } from "../core/errors.ts";
import type { KeyFileName, KeyFiles } from "../core/ports/key-files.ts";
import { missingKeys } from "./organization-keys.ts";

/** Under the lock nobody is met but who just made the file. */
const TRIES_MAX = 5;

/**
 * Reads, edits and replaces a key file; an edit that gives null leaves it. Gives whether it was replaced. Throws
 * `SealError` `shredded` when there is none, and `conflict` when others go on writing it.
 */
export async function updateKeyFile(
  files: KeyFiles,
  name: KeyFileName,
  edit: (bytes: Uint8Array) => Promise<Uint8Array | null> | Uint8Array | null,
): Promise<boolean> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const bytes = await files.read(name);
    if (bytes === null) throw missingKeys(name);
    const edited = await edit(bytes);
    if (edited === null) return false;
    if (await files.replace(name, bytes, edited)) return true;
  }
  throw new AppError("conflict", `the key file ${name} is being written by somebody without the lock: try again`);
}
