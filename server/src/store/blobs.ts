import type { Database, Statement } from "../core/ports/database.ts";
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
