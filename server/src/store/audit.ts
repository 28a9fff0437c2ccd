import type { AuditLink } from "../core/audit-digest.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** One flush's audit entries of one organization, chained to the batch before. */
export interface AuditBatch extends AuditLink {
  readonly previous: Buffer;
  readonly digest: Buffer;
}

/** A batch as it is read back: the entries are the same value, their text is made anew where it is needed. */
export interface AuditBatchRow extends Omit<AuditBatch, "entries"> {
  readonly entries: readonly AuditEntry[];
}

export function insertAuditBatch(batch: AuditBatch): Statement {
  return {
    name: "insert_audit_batch",
    text: `insert into steward.audit_batches (organization, chain, seq, recorded_at, previous, digest, entries)
      values ($1, $2, $3, to_timestamp($4), $5, $6, $7)`,
    values: [
      batch.organization,
      batch.chain,
      batch.seq,
      batch.recordedMs / 1000,
      batch.previous,
      batch.digest,
      batch.entries,
    ],
  };
}

/** The last committed batch of a chain, or null. */
export async function readAuditHead(
  database: Database,
  scope: Scope,
  chain: string,
): Promise<Pick<AuditBatch, "organization" | "seq" | "digest"> | null> {
  const rows = await queryInScope<{ organization: string; seq: number; digest: Buffer }>(database, scope, {
    name: "read_audit_head",
    text: "select organization, seq, digest from steward.audit_batches where organization = $1 and chain = $2 order by seq desc limit 1",
    values: [scope.organization, chain],
  });
  return rows[0] ?? null;
}

const FIRST_CHAIN = "00000000-0000-0000-0000-000000000000";

/**
 * Batches that a head covers and the one before didn't, by chain and seq, after the one given. Primary keys only.
 *
 * `offset 0` keeps `coalesce` out of the comparison with `seq`: under row-level security what isn't known to be leakproof
 * is checked after the rows are read, and every page would read its chain from the beginning.
 */
export async function readCoveredBatches(
  tx: Transaction,
  organization: string,
  page: { readonly head: number; readonly after: readonly [chain: string, seq: number] | null; readonly limit: number },
): Promise<readonly AuditBatchRow[]> {
  const { rows } = await tx.query<AuditBatchRow>({
    name: "read_covered_batches",
    text: `select $1::uuid as organization, b.*
      from (select chain, seq from steward.audit_head_chains
        where organization = $1 and head = $2 and chain >= $3::uuid order by chain) h
      cross join lateral (select greatest(coalesce((select seq from steward.audit_head_chains
          where organization = $1 and chain = h.chain and head < $2 order by head desc limit 1), 0),
        case when h.chain = $3 then $4::bigint else 0 end) as seq offset 0) before
      cross join lateral (select chain, seq, recorded_at as "recordedMs", previous, digest, entries
        from steward.audit_batches where organization = $1 and chain = h.chain and seq > before.seq and seq <= h.seq
        order by seq limit $5) b
      order by h.chain, b.seq limit $5`,
    values: [organization, page.head, page.after?.[0] ?? FIRST_CHAIN, page.after?.[1] ?? 0, page.limit],
  });
  return rows;
}
