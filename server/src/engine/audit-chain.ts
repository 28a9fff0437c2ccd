/**
 * The hash chain of one writer: each organization's audit entries of a flush become one batch, its
 * digest over the digest before, its place in the chain and the entries' canonical text.
 */
import { AUDIT_GENESIS, auditDigest } from "../core/audit-digest.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import { canonicalJson } from "../core/json.ts";
import type { AuditBatch } from "../store/audit.ts";

export interface AuditChain {
  readonly id: string;
  /** The next batch; it becomes the chain's head only by `advance`, once it is committed. */
  next(organization: string, entries: readonly AuditEntry[], nowMs: number): AuditBatch;
  advance(batch: Pick<AuditBatch, "organization" | "seq" | "digest">): void;
}

/** @param chain the chain's id, new for every writer: a worker's journal makes one for each of its lanes */
export function createAuditChain(chain: string): AuditChain {
  const heads = new Map<string, { readonly seq: number; readonly digest: Buffer }>();
  return {
    id: chain,
    next(organization, entries, nowMs) {
      const head = heads.get(organization) ?? { seq: 0, digest: AUDIT_GENESIS };
      const link = {
        organization,
        chain,
        seq: head.seq + 1,
        recordedMs: Math.trunc(nowMs),
        previous: head.digest,
        entries: canonicalJson(entries),
      };
      return { ...link, digest: auditDigest(link) };
    },
    advance(batch) {
      heads.set(batch.organization, { seq: batch.seq, digest: batch.digest });
    },
  };
}
