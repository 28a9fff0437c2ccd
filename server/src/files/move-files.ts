import { AppError } from "../core/errors.ts";
import { DEPTH_MAX, depthOf, parseFilePath, PATH_BYTES_MAX, rangeOf } from "../core/file-path.ts";
import { showId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { appendActs } from "../store/append-acts.ts";
import { lockVolume } from "../store/file-volumes.ts";
import { deletePaths, findFileAt, isFolder, measureFolder, movePaths } from "../store/files.ts";
import { inScope } from "../store/scope.ts";
import { checkAbove } from "./check-path.ts";
import { actOf, type Actor, type FileParts } from "./file-parts.ts";
import { noFile } from "./show-file.ts";

export interface Move {
  readonly from: string;
  readonly to: string;
  readonly overwrite: boolean;
}

/** Moved or deleted at once. */
const FOLDER_FILES_MAX = 10_000;

/**
 * Moves a file, or a folder with all that is in it; gives how many files that were. What is at the new path already is
 * deleted when `overwrite` says so (it can be brought back), else it is a `conflict`. Throws `not_found`, `value_invalid`.
 */
export async function moveFiles(parts: Pick<FileParts, "database" | "clock">, by: Actor, move: Move): Promise<number> {
  const [from, to] = [parseFilePath(move.from, "from"), parseFilePath(move.to, "to")];
  if (from === to) throw new AppError("value_invalid", "to is where it is already.", { field: "to" });
  if (from.startsWith(`${to}/`)) throw new AppError("conflict", `${to} is the folder that ${from} lies in.`);
  const { project } = by.scope;
  return await inScope(parts.database, by.scope, async (tx) => {
    await lockVolume(tx, by.scope);
    const file = await findFileAt(tx, project, from);
    if (!file) await checkFolder(tx, project, from, to);
    await makeRoom(parts, tx, by, to, move.overwrite);
    const files = await movePaths(tx, project, { from, to, range: rangeOf(from) });
    await checkAbove(tx, project, to);
    const nowMs = parts.clock.nowMs();
    const act = file
      ? actOf(parts, by, "file.moved", showId("fil", file.id), {})
      : actOf(parts, by, "folder.moved", showId("prj", project), { files });
    await appendActs(tx, by.scope.organization, [act], nowMs);
    return files;
  });
}

async function checkFolder(tx: Transaction, project: string, from: string, to: string): Promise<void> {
  const { files, pathBytesMax, depthMax } = await measureFolder(tx, project, rangeOf(from));
  if (files === 0) throw noFile();
  if (to.startsWith(`${from}/`)) throw new AppError("conflict", `${to} lies in ${from}.`);
  checkCount(files);
  const bytes = pathBytesMax - Buffer.byteLength(from) + Buffer.byteLength(to);
  const depth = depthMax - depthOf(from) + depthOf(to);
  if (bytes <= PATH_BYTES_MAX && depth <= DEPTH_MAX) return;
  throw new AppError("value_invalid", "to makes a path in the folder too long or too deep.", { field: "to" });
}

/** Throws `conflict` for more files than are changed at once. */
export function checkCount(files: number): void {
  if (files <= FOLDER_FILES_MAX) return;
  throw new AppError("conflict", `The folder holds ${files} files; at most ${FOLDER_FILES_MAX} are changed at once.`, {
    files,
  });
}

async function makeRoom(
  parts: Pick<FileParts, "clock">,
  tx: Transaction,
  { scope: { project } }: Actor,
  path: string,
  overwrite: boolean,
): Promise<void> {
  const range = rangeOf(path);
  const taken = (await findFileAt(tx, project, path)) !== null || (await isFolder(tx, project, range));
  if (!taken) return;
  if (!overwrite) throw new AppError("conflict", `There is something at ${path} already.`, { path });
  checkCount((await measureFolder(tx, project, range)).files);
  await deletePaths(tx, project, { path, range, nowMs: parts.clock.nowMs() });
}
