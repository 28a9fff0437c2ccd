/** Bytes promised to uploads that still stream. All of it under the volume's lock. */
import type { Database, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** Bytes promised to uploads other than this one, whose time isn't over. */
export async function sumOthersPromised(
  tx: Transaction,
  project: string,
  upload: string,
  nowMs: number,
): Promise<number> {
  const { rows } = await tx.query<{ bytes: number }>({
    name: "sum_promised",
    text: `select coalesce(sum(bytes), 0)::bigint as bytes from steward.file_uploads
      where project = $1 and id <> $2 and expires_at > to_timestamp($3)`,
    values: [project, upload, nowMs / 1000],
  });
  return rows[0]!.bytes;
}

/** Promises an upload as many bytes in all. */
export async function setPromised(
  tx: Transaction,
  project: string,
  upload: { readonly id: string; readonly bytes: number; readonly expiresMs: number },
): Promise<void> {
  await tx.query({
    name: "set_promised",
    text: `insert into steward.file_uploads (project, id, bytes, expires_at) values ($1, $2, $3, to_timestamp($4))
      on conflict (project, id) do update set bytes = excluded.bytes`,
    values: [project, upload.id, upload.bytes, upload.expiresMs / 1000],
  });
}

export async function dropPromised(tx: Transaction, project: string, upload: string): Promise<void> {
  await tx.query({
    name: "drop_promised",
    text: "delete from steward.file_uploads where project = $1 and id = $2",
    values: [project, upload],
  });
}

/** What uploads that were cut off have left. */
export async function dropExpiredPromises(database: Database, scope: Scope, nowMs: number): Promise<void> {
  await queryInScope(database, scope, {
    name: "drop_expired_promises",
    text: "delete from steward.file_uploads where project = $1 and expires_at <= to_timestamp($2)",
    values: [scope.project, nowMs / 1000],
  });
}
