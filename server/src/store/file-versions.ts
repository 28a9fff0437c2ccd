/** The contents that files have and had, and the blobs they are made of. */
import type { Database, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

export interface FileVersionRow {
  readonly version: number;
  readonly mediaType: string;
  readonly bytes: number;
  readonly createdAt: number;
  readonly createdBy: string;
  /** Null of the present one. */
  readonly replacedAt: number | null;
}

/** `chunks` is the sealed list of addresses. */
export interface FileContentRow extends FileVersionRow {
  readonly chunks: Buffer;
}

const COLUMNS = `version, media_type as "mediaType", bytes, created_at as "createdAt", created_by as "createdBy",
  replaced_at as "replacedAt"`;

/** Adds the next version and says which blobs it needs, all of which must be noted; the one before is replaced. */
export async function insertVersion(
  tx: Transaction,
  project: string,
  file: string,
  next: Omit<FileContentRow, "replacedAt">,
  addresses: readonly Buffer[],
): Promise<void> {
  await tx.query({
    name: "replace_version",
    text: `update steward.file_versions set replaced_at = to_timestamp($3)
      where project = $1 and file = $2 and replaced_at is null`,
    values: [project, file, next.createdAt / 1000],
  });
  await tx.query({
    name: "insert_file_version",
    text: `insert into steward.file_versions (project, file, version, media_type, bytes, chunks, created_at, created_by)
      values ($1, $2, $3, $4, $5, $6, to_timestamp($7), $8)`,
    values: [
      project,
      file,
      next.version,
      next.mediaType,
      next.bytes,
      next.chunks,
      next.createdAt / 1000,
      next.createdBy,
    ],
  });
  await tx.query({
    name: "insert_file_chunks",
    text: `insert into steward.file_chunks (project, file, version, address)
      select distinct $1::uuid, $2::uuid, $3::integer, a from unnest($4::bytea[]) as a`,
    values: [project, file, next.version, addresses],
  });
}

export async function findContent(
  tx: Transaction,
  project: string,
  file: string,
  version: number,
): Promise<FileContentRow | null> {
  const { rows } = await tx.query<FileContentRow>({
    name: "find_file_content",
    text: `select ${COLUMNS}, chunks from steward.file_versions where project = $1 and file = $2 and version = $3`,
    values: [project, file, version],
  });
  return rows[0] ?? null;
}

/** The latest first, below the one given. */
export function listVersionRows(
  database: Database,
  scope: Scope,
  page: { readonly file: string; readonly before: number; readonly limit: number },
): Promise<readonly FileVersionRow[]> {
  return queryInScope<FileVersionRow>(database, scope, {
    name: "list_file_versions",
    text: `select ${COLUMNS} from steward.file_versions where project = $1 and file = $2 and version < $3
      order by version desc limit $4`,
    values: [scope.project, page.file, page.before, page.limit],
  });
}

/**
 * Drops replaced versions beyond the latest `keep`, or all of the file's when `keep` is 0; gives the bytes that are free.
 * The grace of their blobs begins now.
 */
export async function dropVersions(
  tx: Transaction,
  project: string,
  file: string,
  { keep, nowMs }: { readonly keep: number; readonly nowMs: number },
): Promise<number> {
  const { rows } = await tx.query<{ version: number }>({
    name: "find_surplus_versions",
    text: `select version from steward.file_versions where project = $1 and file = $2
      order by version desc offset $3`,
    values: [project, file, keep],
  });
  return await dropThese(
    tx,
    project,
    rows.map((row) => ({ file, version: row.version })),
    nowMs,
  );
}

/** Drops up to `limit` versions that were replaced before that moment; gives how many, and the bytes that are free. */
export async function dropOldVersions(
  tx: Transaction,
  project: string,
  { beforeMs, nowMs, limit }: { readonly beforeMs: number; readonly nowMs: number; readonly limit: number },
): Promise<{ readonly versions: number; readonly bytes: number }> {
  const { rows } = await tx.query<{ file: string; version: number }>({
    name: "find_old_versions",
    text: `select file, version from steward.file_versions where project = $1 and replaced_at < to_timestamp($2)
      order by replaced_at limit $3`,
    values: [project, beforeMs / 1000, limit],
  });
  return { versions: rows.length, bytes: await dropThese(tx, project, rows, nowMs) };
}

async function dropThese(
  tx: Transaction,
  project: string,
  these: readonly { readonly file: string; readonly version: number }[],
  nowMs: number,
): Promise<number> {
  if (these.length === 0) return 0;
  const values = [project, these.map((one) => one.file), these.map((one) => one.version)];
  await tx.query({
    name: "drop_file_chunks",
    text: `with gone as (
        delete from steward.file_chunks c using unnest($2::uuid[], $3::integer[]) as v (file, version)
        where c.project = $1 and c.file = v.file and c.version = v.version returning c.address)
      update steward.blobs set stored_at = to_timestamp($4) where project = $1 and address in (select address from gone)`,
    values: [...values, nowMs / 1000],
  });
  const { rows } = await tx.query<{ bytes: number }>({
    name: "drop_file_versions",
    text: `with gone as (
        delete from steward.file_versions d using unnest($2::uuid[], $3::integer[]) as v (file, version)
        where d.project = $1 and d.file = v.file and d.version = v.version returning d.bytes)
      select coalesce(sum(bytes), 0)::bigint as bytes from gone`,
    values,
  });
  return rows[0]!.bytes;
}
