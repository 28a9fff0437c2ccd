import { AppError } from "../core/errors.ts";
import { parseFilePath, rangeOf } from "../core/file-path.ts";
import { showId } from "../core/id.ts";
import { appendActs } from "../store/append-acts.ts";
import { dropVersions } from "../store/file-versions.ts";
import { changeVolume, lockVolume } from "../store/file-volumes.ts";
import { deletePaths, dropFile, findFile, findFileAt, measureFolder, setFileDeleted } from "../store/files.ts";
import { inScope } from "../store/scope.ts";
import { actOf, type Actor, type FileParts } from "./file-parts.ts";
import { checkCount } from "./move-files.ts";
import { checkPreconditions, type Preconditions } from "./preconditions.ts";
import { noFile, readFileId } from "./show-file.ts";

type DeleteParts = Pick<FileParts, "database" | "clock">;

/**
 * Deletes a file; it can be brought back until it is purged. `forever` purges it at once, a deleted one too, and gives its
 * room back. Throws `not_found`, `precondition_failed`.
 */
export async function deleteFile(
  parts: DeleteParts,
  by: Actor,
  file: { readonly id: string; readonly forever: boolean; readonly if: Preconditions },
): Promise<void> {
  const id = readFileId(file.id);
  const { project, organization } = by.scope;
  await inScope(parts.database, by.scope, async (tx) => {
    await lockVolume(tx, by.scope);
    const there = await findFile(tx, project, id);
    if (!there || (there.deletedAt !== null && !file.forever)) throw noFile();
    checkPreconditions(file.if, there.version);
    const nowMs = parts.clock.nowMs();
    if (file.forever) {
      const freed = await dropVersions(tx, project, id, { keep: 0, nowMs });
      await dropFile(tx, project, id);
      await changeVolume(tx, project, { bytes: -freed, files: -1 });
    } else await setFileDeleted(tx, project, id, nowMs);
    const act = actOf(parts, by, file.forever ? "file.purged" : "file.deleted", showId("fil", id), {});
    await appendActs(tx, organization, [act], nowMs);
  });
}

/** Deletes all files in a folder; gives how many. Throws `not_found`, `conflict` for a file or too many. */
export async function deleteFolder(parts: DeleteParts, by: Actor, path: string): Promise<number> {
  const folder = parseFilePath(path);
  const { project, organization } = by.scope;
  return await inScope(parts.database, by.scope, async (tx) => {
    await lockVolume(tx, by.scope);
    if (await findFileAt(tx, project, folder)) throw new AppError("conflict", `${folder} is a file.`);
    const range = rangeOf(folder);
    const { files } = await measureFolder(tx, project, range);
    if (files === 0) throw new AppError("not_found", "There is no such folder in this project.");
    checkCount(files);
    const nowMs = parts.clock.nowMs();
    await deletePaths(tx, project, { path: folder, range, nowMs });
    const act = actOf(parts, by, "folder.deleted", showId("prj", project), { files });
    await appendActs(tx, organization, [act], nowMs);
    return files;
  });
}
