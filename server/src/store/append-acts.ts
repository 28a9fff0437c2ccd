/**
 * Administrative acts in the audit: each organization has one chain for them, whose id is the organization's own,
 * extended under a lock, since many processes write it and each rarely. Effects have their writers' chains (engine).
 */
import { auditDigest, AUDIT_GENESIS } from "../core/audit-digest.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import { canonicalJson } from "../core/json.ts";
import type { Transaction } from "../core/ports/database.ts";
import { insertAuditBatch } from "./audit.ts";

/**
 * Adds acts to the audit, in the caller's transaction and its organization's scope: they stand if and only if what
 * they tell of does. The last statement of the transaction, for it holds the chain's lock until the commit.
 */
export async function appendActs(
  tx: Transaction,
  organization: string,
  entries: readonly AuditEntry[],
  nowMs: number,
): Promise<void> {
  if (entries.length === 0) return;
  await tx.query({
    name: "lock_acts",
    text: "select pg_advisory_xact_lock(hashtextextended($1::text, 7788003))",
    values: [organization],
  });
  const { rows } = await tx.query<{ seq: number; digest: Buffer }>({
    name: "read_acts_head",
    text: "select seq, digest from steward.audit_batches where organization = $1 and chain = $1 order by seq desc limit 1",
    values: [organization],
  });
  const head = rows[0] ?? { seq: 0, digest: AUDIT_GENESIS };
  const link = {
    organization,
    chain: organization,
    seq: head.seq + 1,
    recordedMs: Math.trunc(nowMs),
    previous: head.digest,
    entries: canonicalJson(entries),
  };
  await tx.query(insertAuditBatch({ ...link, digest: auditDigest(link) }));
}
