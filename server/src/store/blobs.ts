import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** Notes a blob that is about to be put into the blob store, or is used once more: its grace begins anew. */
export async function noteBlob(
  database: Database,
  scope: Scope,
  blob: { address: Buffer; bytes: number; nowMs: number },
): Promise<void> {
  await queryInScope(database, scope, {
    name: "note_blob",
    text: `insert into steward.blobs (project, address, bytes, stored_at) values ($1, $2, $3, to_timestamp($4))
      on conflict (project, address) do update set stored_at = excluded.stored_at`,
    values: [scope.project, blob.address, blob.bytes, blob.nowMs / 1000],
  });
}

/** Binds blobs to a run, so that they are kept as long as it is. */
export function referBlobs(project: string, run: string, addresses: readonly Buffer[]): Statement {
  return {
    name: "refer_blobs",
    text: `insert into steward.blob_references (project, run, address) select $1, $2, a from unnest($3::bytea[]) as a on conflict do nothing`,
    values: [project, run, addresses],
  };
}

/** Addresses after the one given, held until the transaction ends: neither swept nor noted again meanwhile. */
export async function lockBlobs(
  tx: Transaction,
  project: string,
  after: Buffer,
  limit: number,
): Promise<readonly Buffer[]> {
  const { rows } = await tx.query<{ address: Buffer }>({
    name: "lock_blobs",
    text: `select address from steward.blobs where project = $1 and address > $2 order by address limit $3
      for no key update`,
    values: [project, after, limit],
  });
  return rows.map((row) => row.address);
}

/** How many there are after the address; `limit` at most. */
export async function countBlobs(database: Database, scope: Scope, after: Buffer, limit: number): Promise<number> {
  const rows = await queryInScope<{ count: number }>(database, scope, {
    name: "count_blobs",
    text: `select count(*) as count from (
      select from steward.blobs where project = $1 and address > $2 order by address limit $3) as ahead`,
    values: [scope.project, after, limit],
  });
  return rows[0]!.count;
}
