/** What paths name. Paths are compared by bytes; `range` is `rangeOf` of a folder. */
import type { Transaction } from "../core/ports/database.ts";

export interface FileRow {
  readonly id: string;
  readonly path: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly version: number;
  readonly createdAt: number;
  /** As the audit names them. */
  readonly createdBy: string;
  readonly updatedAt: number;
  readonly updatedBy: string;
  readonly deletedAt: number | null;
}

export interface PathRange {
  readonly from: string;
  readonly to: string;
}

export const FILE_COLUMNS = `id, path, media_type as "mediaType", bytes, version, created_at as "createdAt",
  created_by as "createdBy", updated_at as "updatedAt", updated_by as "updatedBy", deleted_at as "deletedAt"`;

/** Also a deleted one. */
export async function findFile(tx: Transaction, project: string, id: string): Promise<FileRow | null> {
  const { rows } = await tx.query<FileRow>({
    name: "find_file",
    text: `select ${FILE_COLUMNS} from steward.files where project = $1 and id = $2`,
    values: [project, id],
  });
  return rows[0] ?? null;
}

export async function findFileAt(tx: Transaction, project: string, path: string): Promise<FileRow | null> {
  const { rows } = await tx.query<FileRow>({
    name: "find_file_at",
    text: `select ${FILE_COLUMNS} from steward.files where project = $1 and path = $2 and deleted_at is null`,
    values: [project, path],
  });
  return rows[0] ?? null;
}

/** The first of these paths at which there is a file. */
export async function findFileAmong(
  tx: Transaction,
  project: string,
  paths: readonly string[],
): Promise<string | null> {
  if (paths.length === 0) return null;
  const { rows } = await tx.query<{ path: string }>({
    name: "find_file_among",
    text: `select path from steward.files where project = $1 and path = any($2::text[]) and deleted_at is null
      order by path limit 1`,
    values: [project, paths],
  });
  return rows[0]?.path ?? null;
}

/** Whether anything is in the folder, at any depth. */
export async function isFolder(tx: Transaction, project: string, range: PathRange): Promise<boolean> {
  const { count } = await tx.query({
    name: "is_folder",
    text: `select from steward.files where project = $1 and path >= $2 and path < $3 and deleted_at is null limit 1`,
    values: [project, range.from, range.to],
  });
  return count > 0;
}

export interface FolderSums {
  readonly files: number;
  readonly pathBytesMax: number;
  readonly depthMax: number;
}

/** What is in a folder, at any depth. */
export async function measureFolder(tx: Transaction, project: string, range: PathRange): Promise<FolderSums> {
  const { rows } = await tx.query<FolderSums>({
    name: "measure_folder",
    text: `select count(*) as files, coalesce(max(octet_length(path)), 0) as "pathBytesMax",
        coalesce(max(length(path) - length(replace(path, '/', '')) + 1), 0) as "depthMax"
      from steward.files where project = $1 and path >= $2 and path < $3 and deleted_at is null`,
    values: [project, range.from, range.to],
  });
  return rows[0]!;
}

export async function insertFile(tx: Transaction, project: string, file: FileRow): Promise<void> {
  await tx.query({
    name: "insert_file",
    text: `insert into steward.files
        (project, id, path, media_type, bytes, version, created_at, created_by, updated_at, updated_by)
      values ($1, $2, $3, $4, $5, $6, to_timestamp($7), $8, to_timestamp($7), $8)`,
    values: [
      project,
      file.id,
      file.path,
      file.mediaType,
      file.bytes,
      file.version,
      file.createdAt / 1000,
      file.createdBy,
    ],
  });
}

/** What the next version makes of a file. */
export async function setContent(tx: Transaction, project: string, file: FileRow): Promise<void> {
  await tx.query({
    name: "set_content",
    text: `update steward.files set media_type = $3, bytes = $4, version = $5, updated_at = to_timestamp($6), updated_by = $7
      where project = $1 and id = $2`,
    values: [project, file.id, file.mediaType, file.bytes, file.version, file.updatedAt / 1000, file.updatedBy],
  });
}

/** Moves the file at `from`, and what is in the folder of that name; gives how many. */
export async function movePaths(
  tx: Transaction,
  project: string,
  { from, to, range }: { readonly from: string; readonly to: string; readonly range: PathRange },
): Promise<number> {
  const { count } = await tx.query({
    name: "move_paths",
    text: `update steward.files set path = $3 || substr(path, length($2) + 1)
      where project = $1 and deleted_at is null and (path = $2 or (path >= $4 and path < $5))`,
    values: [project, from, to, range.from, range.to],
  });
  return count;
}

/** Deletes the file at a path and what is in the folder of that name, but the one to keep; gives how many. */
export async function deletePaths(
  tx: Transaction,
  project: string,
  at: { readonly path: string; readonly range: PathRange; readonly nowMs: number },
): Promise<number> {
  const { count } = await tx.query({
    name: "delete_paths",
    text: `update steward.files set deleted_at = to_timestamp($5)
      where project = $1 and deleted_at is null and (path = $2 or (path >= $3 and path < $4))`,
    values: [project, at.path, at.range.from, at.range.to, at.nowMs / 1000],
  });
  return count;
}

export async function setFileDeleted(tx: Transaction, project: string, id: string, nowMs: number): Promise<void> {
  await tx.query({
    name: "set_file_deleted",
    text: "update steward.files set deleted_at = to_timestamp($3) where project = $1 and id = $2",
    values: [project, id, nowMs / 1000],
  });
}

export async function setFileRestored(tx: Transaction, project: string, id: string, path: string): Promise<void> {
  await tx.query({
    name: "set_file_restored",
    text: "update steward.files set deleted_at = null, path = $3 where project = $1 and id = $2",
    values: [project, id, path],
  });
}

/** Once its versions are gone. */
export async function dropFile(tx: Transaction, project: string, id: string): Promise<void> {
  await tx.query({
    name: "drop_file",
    text: "delete from steward.files where project = $1 and id = $2",
    values: [project, id],
  });
}

/** Files deleted before that moment, the longest first. */
export async function findFilesToPurge(
  tx: Transaction,
  project: string,
  beforeMs: number,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string }>({
    name: "find_files_to_purge",
    text: `select id from steward.files where project = $1 and deleted_at < to_timestamp($2)
      order by deleted_at, id limit $3`,
    values: [project, beforeMs / 1000, limit],
  });
  return rows.map((row) => row.id);
}
