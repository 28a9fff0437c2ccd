import type { File, FileVersion } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { nameOf } from "../core/file-path.ts";
import { parseId, showId } from "../core/id.ts";
import type { FileRow } from "../store/files.ts";
import type { FileVersionRow } from "../store/file-versions.ts";
import { previewOf } from "./media-type.ts";

export function showFile(row: FileRow): File {
  return {
    kind: "file",
    id: showId("fil", row.id),
    path: row.path,
    name: nameOf(row.path),
    mediaType: row.mediaType,
    preview: previewOf(row.mediaType),
    bytes: row.bytes,
    version: row.version,
    createdAt: showTime(row.createdAt),
    createdBy: row.createdBy,
    updatedAt: showTime(row.updatedAt),
    updatedBy: row.updatedBy,
    deletedAt: row.deletedAt === null ? null : showTime(row.deletedAt),
  };
}

export function showVersion({
  version,
  mediaType,
  bytes,
  createdAt,
  createdBy,
  replacedAt,
}: FileVersionRow): FileVersion {
  return {
    version,
    mediaType,
    bytes,
    createdAt: showTime(createdAt),
    createdBy,
    replacedAt: replacedAt === null ? null : showTime(replacedAt),
  };
}

const showTime = (ms: number): string => new Date(ms).toISOString();

/** The id behind a shown one; what is none names no file. Throws `not_found`. */
export function readFileId(shown: string): string {
  const id = parseId("fil", shown);
  if (id === null) throw noFile();
  return id;
}

/** The same whether it never was, is another project's, or is deleted where it must not be. */
export function noFile(): AppError {
  return new AppError("not_found", "There is no such file in this project.");
}
