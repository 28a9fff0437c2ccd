/**
 * An export of the audit, line by line: JSON Lines that verify by themselves (docs/audit.md, "The export").
 * Order: export, keys, [base, positions], then for each head the batches that it covers and the head, at last the end.
 */
import { z } from "zod";
import type { AuditLink } from "./audit-digest.ts";
import type { SignedAuditHead } from "./audit-head.ts";
import { showPosition, type AuditPosition } from "./audit-head.ts";
import { canonicalJson, type Json, type JsonObject } from "./json.ts";

const Seq = z.int().min(1);
const Ms = z.int();
const Digest = z.string().regex(/^[0-9a-f]{64}$/);
const Signature = z.string().regex(/^[0-9a-f]{128}$/);
const KeyId = z.string().regex(/^[0-9a-f]{16}$/);
const Chain = z.uuid();
const Position = z.tuple([Chain, Seq, Digest]);
const HEAD = {
  organization: z.uuid(),
  seq: Seq,
  signedMs: Ms,
  previous: Digest,
  state: Digest,
  chains: z.array(Position),
  keyId: KeyId,
  signature: Signature,
};

export const AuditLine = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("export"),
    format: z.literal(1),
    organization: z.uuid(),
    exportedMs: Ms,
    fromMs: Ms.nullable(),
    toMs: Ms.nullable(),
  }),
  z.strictObject({
    kind: z.literal("key"),
    keyId: KeyId,
    publicKey: z.base64url(),
    createdAt: z.string(),
    state: z.enum(["active", "retired"]),
  }),
  z.strictObject({ kind: z.literal("base"), ...HEAD }),
  z.strictObject({ kind: z.literal("positions"), chains: z.array(Position) }),
  z.strictObject({
    kind: z.literal("batch"),
    chain: Chain,
    seq: Seq,
    recordedMs: Ms,
    previous: Digest,
    digest: Digest,
    entries: z.array(z.record(z.string(), z.unknown())),
  }),
  z.strictObject({ kind: z.literal("head"), ...HEAD }),
  z.strictObject({
    kind: z.literal("end"),
    /** Lines before this one. */
    lines: z.int(),
    /** SHA-256 of all bytes before this line. */
    digest: Digest,
    keyId: KeyId,
    /** Over `auditEndText`. */
    signature: Signature,
  }),
]);
export type AuditLine = z.output<typeof AuditLine>;
export type HeadLine = Extract<AuditLine, { kind: "head" | "base" }>;

/** One line with its end. */
export function lineText(line: JsonObject): string {
  return `${canonicalJson(line)}\n`;
}

export function batchLine(
  batch: Omit<AuditLink, "entries"> & { readonly digest: Buffer; readonly entries: Json },
): string {
  const { chain, seq, recordedMs, previous, digest, entries } = batch;
  const [before, own] = [Buffer.from(previous).toString("hex"), digest.toString("hex")];
  return lineText({ kind: "batch", chain, seq, recordedMs, previous: before, digest: own, entries });
}

export function headLine(kind: "head" | "base", head: SignedAuditHead): string {
  return lineText({
    kind,
    organization: head.organization,
    seq: head.seq,
    signedMs: head.signedMs,
    previous: head.previous.toString("hex"),
    state: head.state.toString("hex"),
    chains: head.chains.map(showPosition),
    keyId: head.keyId,
    signature: head.signature.toString("hex"),
  });
}

export function positionsLine(positions: readonly AuditPosition[]): string {
  return lineText({ kind: "positions", chains: positions.map(showPosition) });
}

/** What the signature of an export's end is made over. */
export function auditEndText(end: { readonly lines: number; readonly digest: string; readonly keyId: string }): string {
  const { lines, digest, keyId } = end;
  return canonicalJson({ kind: "steward.audit.end", format: 1, lines, digest, keyId });
}
