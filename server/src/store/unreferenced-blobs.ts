/** Blobs that nothing needs. */
import type { Database, Transaction } from "../core/ports/database.ts";
import type { Scope } from "./scope.ts";

export interface SweptPage {
  /** Rows of these are gone when the transaction commits. */
  readonly addresses: readonly Buffer[];
  /** How far the page went; null when it was the last. */
  readonly after: Buffer | null;
}

/**
 * Drops the rows of blobs among the next `limit` after an address that were stored (or let go of) before that moment and
 * that neither a run nor a file needs. Rows that others hold are left for another time; those that go are held until the
 * commit, so that whoever notes such a blob again waits for it.
 */
export async function dropUnreferencedBlobs(
  tx: Transaction,
  project: string,
  { after, beforeMs, limit }: { readonly after: Buffer; readonly beforeMs: number; readonly limit: number },
): Promise<SweptPage> {
  const { rows: page } = await tx.query<{ address: Buffer }>({
    name: "page_of_blobs",
    text: "select address from steward.blobs where project = $1 and address > $2 order by address limit $3",
    values: [project, after, limit],
  });
  const last = page.at(-1)?.address;
  if (last === undefined) return { addresses: [], after: null };
  const { rows } = await tx.query<{ address: Buffer }>({
    name: "drop_unreferenced_blobs",
    text: `with idle as (
        select b.address from steward.blobs b
        where b.project = $1 and b.address > $2 and b.address <= $3 and b.stored_at < to_timestamp($4)
          and not exists (select from steward.blob_references r where r.project = b.project and r.address = b.address)
          and not exists (select from steward.file_chunks c where c.project = b.project and c.address = b.address)
        for update of b skip locked)
      delete from steward.blobs b using idle where b.project = $1 and b.address = idle.address returning b.address`,
    values: [project, after, last, beforeMs / 1000],
  });
  return { addresses: rows.map((row) => row.address), after: page.length < limit ? null : last };
}

/** Projects by id after the one given. As steward_dispatch. */
export async function listProjectScopes(dispatch: Database, after: string, limit: number): Promise<readonly Scope[]> {
  const { rows } = await dispatch.query<Scope>({
    name: "list_project_scopes",
    text: "select organization, id as project from steward.projects where id > $1 and purged_at is null order by id limit $2",
    values: [after, limit],
  });
  return rows;
}
