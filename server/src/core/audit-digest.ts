import { createHash } from "node:crypto";

/** What the first batch of a chain, and the first head, follows. */
export const AUDIT_GENESIS: Buffer = Buffer.alloc(32);

/** A batch's place in its chain, and what it holds: all that its digest binds. */
export interface AuditLink {
  readonly organization: string;
  readonly chain: string;
  readonly seq: number;
  /** Whole milliseconds. */
  readonly recordedMs: number;
  /** The digest of the batch before, 32 bytes. */
  readonly previous: Uint8Array;
  /** Canonical JSON. */
  readonly entries: string;
}

/** The digest that binds a batch to its place, its time and the batch before: SHA-256, of canonical JSON after `previous`. */
export function auditDigest({ organization, chain, seq, recordedMs, previous, entries }: AuditLink): Buffer {
  const start = `{"chain":"${chain}","entries":`;
  const end = `,"organization":"${organization}","recordedMs":${recordedMs},"seq":${seq}}`;
  return createHash("sha256").update(previous).update(start).update(entries).update(end).digest();
}

/** Whether a batch is the one its digest was made of. Batches of the first programs were bound to entries and `previous` alone. */
export function fitsAuditDigest(link: AuditLink, digest: Uint8Array): boolean {
  if (auditDigest(link).equals(digest)) return true;
  return createHash("sha256").update(link.previous).update(link.entries).digest().equals(digest);
}
