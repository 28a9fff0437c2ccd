/**
 * Stores what streams in as a file's first or next version. Room is promised before the first byte is taken, so that
 * uploads side by side can't pass the quota; nothing shows until the one transaction at the end.
 */
import type { File } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { nameOf, parseFilePath } from "../core/file-path.ts";
import { showId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { appendActs } from "../store/append-acts.ts";
import { dropPromised, setPromised } from "../store/file-uploads.ts";
import { dropVersions, insertVersion } from "../store/file-versions.ts";
import { changeVolume, lockVolume } from "../store/file-volumes.ts";
import { type FileRow, findFileAt, insertFile, setContent } from "../store/files.ts";
import { inScope } from "../store/scope.ts";
import { checkPath } from "./check-path.ts";
import { sealChunks } from "./content.ts";
import { actOf, type Actor, type FileParts } from "./file-parts.ts";
import { keepPace } from "./keep-pace.ts";
import { sniffMediaType } from "./media-type.ts";
import { checkPreconditions, type Preconditions } from "./preconditions.ts";
import { checkQuota } from "./quota.ts";
import { showFile } from "./show-file.ts";
import { writeChunks, type WrittenContent } from "./write-chunks.ts";

export interface Upload {
  readonly path: string;
  readonly if: Preconditions;
  /** As announced; null where nobody knows. */
  readonly bytes: number | null;
  readonly source: AsyncIterable<string | Uint8Array>;
}

interface Uploading {
  readonly id: string;
  readonly path: string;
  readonly if: Preconditions;
}

/** Promised to an upload of unknown length at first; then twice as much, each time by no more than this. */
const PROMISE_STEP_MAX = 67_108_864;

/**
 * Throws `value_invalid`, `conflict`, `precondition_failed`, `quota_exceeded`, `body_too_large`, `request_timeout`,
 * `overloaded`; nothing has changed then.
 */
export async function putFile(parts: FileParts, by: Actor, upload: Upload): Promise<{ file: File; created: boolean }> {
  const { limits, clock } = parts;
  const uploading = { id: parts.ids.uuid(), path: parseFilePath(upload.path), if: upload.if };
  if ((upload.bytes ?? 0) > limits.fileBytesMax) throw tooLarge(parts);
  const leave = parts.uploads.enter(by.scope.project);
  try {
    const keys = await parts.keysOf(by.scope);
    let promised = upload.bytes ?? limits.chunkBytes;
    await promise(parts, by, uploading, promised);
    const grow = async (bytes: number): Promise<void> => {
      if (bytes > limits.fileBytesMax) throw tooLarge(parts);
      if (bytes <= promised) return;
      const wanted = Math.max(bytes, promised + Math.min(promised, PROMISE_STEP_MAX));
      await promise(parts, by, uploading, wanted);
      promised = wanted;
    };
    try {
      const pieces = keepPace(upload.source, clock, limits);
      const written = await writeChunks(parts, { scope: by.scope, keys }, pieces, grow);
      return await inScope(parts.database, by.scope, (tx) => commit(parts, tx, by, uploading, keys, written));
    } catch (error) {
      await giveBack(parts, by, uploading.id);
      throw error;
    }
  } finally {
    leave();
  }
}

async function promise(
  parts: FileParts,
  { scope }: Actor,
  { id, path, ...asked }: Uploading,
  bytes: number,
): Promise<void> {
  await inScope(parts.database, scope, async (tx) => {
    const volume = await lockVolume(tx, scope);
    const there = await findFileAt(tx, scope.project, path);
    checkPreconditions(asked.if, there?.version ?? null);
    if (!there) await checkPath(tx, scope.project, path);
    await checkQuota(parts, tx, scope.project, volume, { bytes, files: there ? 0 : 1, upload: id });
    // Twice the time: an upload that still runs is never without its promise.
    await setPromised(tx, scope.project, { id, bytes, expiresMs: parts.clock.nowMs() + 2 * parts.limits.uploadMsMax });
  });
}

async function commit(
  parts: FileParts,
  tx: Transaction,
  by: Actor,
  { id: upload, path, ...asked }: Uploading,
  keys: Awaited<ReturnType<FileParts["keysOf"]>>,
  written: WrittenContent,
): Promise<{ file: File; created: boolean }> {
  const { scope, shownId } = by;
  const { project } = scope;
  const volume = await lockVolume(tx, scope);
  const there = await findFileAt(tx, project, path);
  checkPreconditions(asked.if, there?.version ?? null);
  if (!there) await checkPath(tx, project, path);
  const files = there ? 0 : 1;
  await checkQuota(parts, tx, project, volume, { bytes: written.bytes, files, upload });
  const nowMs = parts.clock.nowMs();
  const file: FileRow = {
    ...(there ?? { id: parts.ids.uuid(), path, createdAt: nowMs, createdBy: shownId, deletedAt: null }),
    mediaType: sniffMediaType(written.head, nameOf(path)),
    bytes: written.bytes,
    version: (there?.version ?? 0) + 1,
    updatedAt: nowMs,
    updatedBy: shownId,
  };
  await (there ? setContent(tx, project, file) : insertFile(tx, project, file));
  const chunks = sealChunks(keys, { file: file.id, version: file.version, bytes: file.bytes }, written);
  const { version, mediaType, bytes } = file;
  const next = { version, mediaType, bytes, chunks, createdAt: nowMs, createdBy: shownId };
  await insertVersion(tx, project, file.id, next, written.addresses);
  const freed = await dropVersions(tx, project, file.id, { keep: parts.limits.versionsMax, nowMs });
  await changeVolume(tx, project, { bytes: bytes - freed, files });
  await dropPromised(tx, project, upload);
  const act = actOf(parts, by, "file.uploaded", showId("fil", file.id), { version, bytes });
  await appendActs(tx, scope.organization, [act], nowMs);
  return { file: showFile(file), created: !there };
}

/** What is not given back now expires. */
async function giveBack(parts: FileParts, { scope }: Actor, upload: string): Promise<void> {
  await inScope(parts.database, scope, (tx) => dropPromised(tx, scope.project, upload)).catch((error: unknown) =>
    parts.log("room promised to an upload was not given back; it expires", error),
  );
}

function tooLarge({ limits }: FileParts): AppError {
  return new AppError("body_too_large", `A file has ${limits.fileBytesMax} bytes at most.`, {
    bytesMax: limits.fileBytesMax,
  });
}
