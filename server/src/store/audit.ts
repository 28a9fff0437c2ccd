import type { Statement } from "../core/ports/database.ts";

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
