/**
 * A head seals an organization's audit: it follows the head before, names every chain that grew since, and is signed. Who
 * holds the heads, the batches and the public keys can tell without us whether anything is missing or was changed.
 */
import { createHash } from "node:crypto";
import { canonicalJson } from "./json.ts";

/** Where a chain stands: its last batch. */
export interface AuditPosition {
  readonly chain: string;
  readonly seq: number;
  readonly digest: Buffer;
}

/** What of a head is signed. */
export interface AuditHead {
  readonly organization: string;
  /** 1 for the first, without gaps. */
  readonly seq: number;
  readonly signedMs: number;
  /** The digest of the head before; zeros for the first. */
  readonly previous: Buffer;
  /** Of where all chains of the organization stand, those that didn't grow too. */
  readonly state: Buffer;
  /** The chains that grew since the head before, by chain. */
  readonly chains: readonly AuditPosition[];
  readonly keyId: string;
}

export interface SignedAuditHead extends AuditHead {
  readonly digest: Buffer;
  /** Ed25519 (RFC 8032) over `auditHeadText`. */
  readonly signature: Buffer;
}

/** What a head's signature is made over: canonical JSON. */
export function auditHeadText(head: AuditHead): string {
  return canonicalJson({
    kind: "steward.audit.head",
    format: 1,
    organization: head.organization,
    seq: head.seq,
    signedMs: head.signedMs,
    previous: head.previous.toString("hex"),
    state: head.state.toString("hex"),
    chains: head.chains.map(showPosition),
    keyId: head.keyId,
  });
}

export function auditHeadDigest(head: AuditHead): Buffer {
  return createHash("sha256").update(auditHeadText(head)).digest();
}

export function showPosition({ chain, seq, digest }: AuditPosition): [chain: string, seq: number, digest: string] {
  return [chain, seq, digest.toString("hex")];
}

/** The digest of where all chains stand. @param positions by chain, ascending */
export function auditState(positions: Iterable<AuditPosition>): Buffer {
  const hash = createHash("sha256");
  for (const { chain, seq, digest } of positions) hash.update(`${chain} ${seq} ${digest.toString("hex")}\n`);
  return hash.digest();
}
