import type { File } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { parseFilePath } from "../core/file-path.ts";
import { showId } from "../core/id.ts";
import { appendActs } from "../store/append-acts.ts";
import { dropVersions, findContent, insertVersion } from "../store/file-versions.ts";
import { changeVolume, lockVolume } from "../store/file-volumes.ts";
import { type FileRow, findFile, findFileAt, setContent, setFileRestored } from "../store/files.ts";
import { inScope } from "../store/scope.ts";
import { checkPath } from "./check-path.ts";
import { openChunks, sealChunks } from "./content.ts";
import { actOf, type Actor, type FileParts } from "./file-parts.ts";
import { checkQuota } from "./quota.ts";
import { noFile, readFileId, showFile } from "./show-file.ts";

/**
 * Brings a deleted file back to where it was, or to another path. Throws `not_found`, and `conflict` when it isn't
 * deleted or something is there by now.
 */
export async function restoreFile(
  parts: Pick<FileParts, "database" | "clock">,
  by: Actor,
  asked: { readonly id: string; readonly path?: string | undefined },
): Promise<File> {
  const id = readFileId(asked.id);
  const to = asked.path === undefined ? null : parseFilePath(asked.path);
  const { project, organization } = by.scope;
  return await inScope(parts.database, by.scope, async (tx) => {
    await lockVolume(tx, by.scope);
    const file = await findFile(tx, project, id);
    if (!file) throw noFile();
    if (file.deletedAt === null) throw new AppError("conflict", "The file is not deleted.");
    const path = to ?? file.path;
    if (await findFileAt(tx, project, path))
      throw new AppError("conflict", `There is a file at ${path} by now.`, { path });
    await checkPath(tx, project, path);
    await setFileRestored(tx, project, id, path);
    const act = actOf(parts, by, "file.restored", showId("fil", id), { version: file.version });
    await appendActs(tx, organization, [act], parts.clock.nowMs());
    return showFile({ ...file, path, deletedAt: null });
  });
}

/**
 * Makes an earlier content the present one, as a new version: its blobs are used once more, none is copied. Throws
 * `not_found`, `conflict` for the present one, `quota_exceeded`.
 */
export async function restoreVersion(
  parts: Pick<FileParts, "database" | "clock" | "limits" | "keysOf" | "ids">,
  by: Actor,
  asked: { readonly id: string; readonly version: number },
): Promise<File> {
  const id = readFileId(asked.id);
  const { project, organization } = by.scope;
  const keys = await parts.keysOf(by.scope);
  return await inScope(parts.database, by.scope, async (tx) => {
    const volume = await lockVolume(tx, by.scope);
    const file = await findFile(tx, project, id);
    if (!file || file.deletedAt !== null) throw noFile();
    if (file.version === asked.version) throw new AppError("conflict", `Version ${file.version} is the present one.`);
    const content = await findContent(tx, project, id, asked.version);
    if (!content) throw new AppError("not_found", `The file has no version ${asked.version} any more.`);
    const { bytes, mediaType } = content;
    await checkQuota(parts, tx, project, volume, { bytes, files: 0, upload: parts.ids.uuid() });
    const nowMs = parts.clock.nowMs();
    const chunks = openChunks(keys, { file: id, version: asked.version, bytes }, content.chunks);
    const version = file.version + 1;
    const next: FileRow = { ...file, version, bytes, mediaType, updatedAt: nowMs, updatedBy: by.shownId };
    await setContent(tx, project, next);
    const sealed = sealChunks(keys, { file: id, version, bytes }, chunks);
    const row = { version, mediaType, bytes, chunks: sealed, createdAt: nowMs, createdBy: by.shownId };
    await insertVersion(tx, project, id, row, chunks.addresses);
    const freed = await dropVersions(tx, project, id, { keep: parts.limits.versionsMax, nowMs });
    await changeVolume(tx, project, { bytes: bytes - freed, files: 0 });
    const act = actOf(parts, by, "file.version_restored", showId("fil", id), { version, of: asked.version });
    await appendActs(tx, organization, [act], nowMs);
    return showFile(next);
  });
}
