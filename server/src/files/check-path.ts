import { AppError } from "../core/errors.ts";
import { foldersOf, rangeOf } from "../core/file-path.ts";
import type { Transaction } from "../core/ports/database.ts";
import { findFileAmong, isFolder } from "../store/files.ts";

/**
 * Throws `conflict` where a file at the path would lie in a file, or be where a folder is: names of a volume are one or
 * the other, as in any file system it may be copied to. Under the volume's lock.
 */
export async function checkPath(tx: Transaction, project: string, path: string): Promise<void> {
  await checkAbove(tx, project, path);
  if (await isFolder(tx, project, rangeOf(path))) throw new AppError("conflict", `${path} is a folder.`, { path });
}

export async function checkAbove(tx: Transaction, project: string, path: string): Promise<void> {
  const above = await findFileAmong(tx, project, foldersOf(path));
  if (above !== null) throw new AppError("conflict", `${above} is a file: nothing can lie in it.`, { path: above });
}
