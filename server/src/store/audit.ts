import type { Database, Statement } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** One flush's audit entries of one organization, chained to the batch before. */
export interface AuditBatch {
  readonly organization: string;
  readonly chain: string;
  readonly seq: number;
  readonly recordedMs: number;
  readonly previous: Buffer;
  readonly digest: Buffer;
  /** Canonical JSON; the digest is over exactly this text and `previous`. */
  readonly entries: string;
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
