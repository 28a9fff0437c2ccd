/**
 * The hash chain of one writer: each organization's audit entries of a flush become one batch, its
 * digest over the digest before and the entries' canonical text.
 */
import { createHash } from "node:crypto";
import type { AuditEntry } from "../core/audit-entry.ts";
import { canonicalJson } from "../core/json.ts";
import type { AuditBatch } from "../store/audit.ts";

const GENESIS = Buffer.alloc(32);

export interface AuditChain {
  readonly id: string;
  /** The next batch; it becomes the chain's head only by `advance`, once it is committed. */
  next(organization: string, entries: readonly AuditEntry[], nowMs: number): AuditBatch;
  advance(batch: Pick<AuditBatch, "organization" | "seq" | "digest">): void;
}

/** The digest that binds a batch to the one before. */
export function auditDigest(previous: Buffer, entries: string): Buffer {
  return createHash("sha256").update(previous).update(entries).digest();
}

/** @param chain the chain's id, new for every writer: a worker's journal makes one for each of its lanes */
export function createAuditChain(chain: string): AuditChain {
  const heads = new Map<string, { readonly seq: number; readonly digest: Buffer }>();
  return {
    id: chain,
    next(organization, entries, nowMs) {
      const head = heads.get(organization) ?? { seq: 0, digest: GENESIS };
      const text = canonicalJson(entries);
      return {
        organization,
        chain,
        seq: head.seq + 1,
        recordedMs: nowMs,
        previous: head.digest,
        digest: auditDigest(head.digest, text),
        entries: text,
      };
    },
    advance(batch) {
      heads.set(batch.organization, { seq: batch.seq, digest: batch.digest });
    },
  };
}
