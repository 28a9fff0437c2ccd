/**
 * The audit of an organization as JSON Lines that anybody can verify without Steward: from one signed head to another, so
 * that nothing in it is without a signature, and signed at its end as a whole. Held in memory: one page of batches.
 */
import { createHash } from "node:crypto";
import { auditEndText, batchLine, headLine, lineText, positionsLine } from "../core/audit-export.ts";
import type { SignedAuditHead } from "../core/audit-head.ts";
import { canonicalJson } from "../core/json.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database, Transaction } from "../core/ports/database.ts";
import { findHeadAt, readHeads, readPositions } from "../store/audit-heads.ts";
import { readCoveredBatches, type AuditBatchRow } from "../store/audit.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import type { HeadSigner } from "./sign-heads.ts";

export interface ExportParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly heads: HeadSigner;
}

/** Wall-clock milliseconds; null is from the beginning, or until now. */
export interface ExportSpan {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

const BATCHES_AT_ONCE = 200;
const HEADS_AT_ONCE = 100;
const POSITIONS_A_LINE = 1000;

/**
 * Pieces of whole lines. It begins with the last head before `fromMs` and ends with the first after `toMs`, for which one
 * is signed now where there is none: it holds at least what was asked for.
 */
export async function* exportAudit(
  parts: ExportParts,
  organization: string,
  span: ExportSpan,
): AsyncGenerator<string, void, undefined> {
  const read = <T>(act: (tx: Transaction) => Promise<T>): Promise<T> =>
    inScope(parts.database, organizationScope(organization), act);
  const hash = createHash("sha256");
  let lines = 0;
  const count = (text: string, added = 1): string => {
    hash.update(text);
    lines += added;
    return text;
  };
  const until = span.toMs;
  const past = until === null ? null : await read((tx) => findHeadAt(tx, organization, until, "first_after"));
  const end = past ?? (await parts.heads.signNow(organization));
  const since = span.fromMs;
  const base = since === null ? null : await read((tx) => findHeadAt(tx, organization, since, "last_before"));
  const key = await parts.heads.key();
  yield count(
    lineText({ kind: "export", format: 1, organization, exportedMs: Math.trunc(parts.clock.nowMs()), ...span }),
  );
  for (const shown of await key.list()) yield count(lineText({ kind: "key", ...shown }));
  const from = Math.min(base ?? 0, end);
  for await (const piece of from === 0 ? [] : baseLines(read, organization, from)) yield count(piece);
  for (let after = from; after < end;) {
    const at = after;
    const heads = await read((tx) => readHeads(tx, organization, { after: at, upTo: end, limit: HEADS_AT_ONCE }));
    if (heads.length === 0) break; // they were removed: the export says where it goes on, or ends
    for (const head of heads) {
      for await (const batches of batchesOf(read, organization, head))
        yield count(batches.map((batch) => batchLine({ ...batch, entries: batch.entries })).join(""), batches.length);
      yield count(headLine("head", head));
    }
    after = heads.at(-1)!.seq;
  }
  const last = { lines, digest: hash.digest("hex"), keyId: key.keyId };
  const signature = key.sign(Buffer.from(auditEndText(last), "utf8")).toString("hex");
  yield `${canonicalJson({ kind: "end", ...last, signature })}\n`;
}

type Read = <T>(act: (tx: Transaction) => Promise<T>) => Promise<T>;

/** The head that the export goes on from, and where all chains stood by it. */
async function* baseLines(read: Read, organization: string, seq: number): AsyncGenerator<string> {
  const [head] = await read((tx) => readHeads(tx, organization, { after: seq - 1, upTo: seq, limit: 1 }));
  if (head !== undefined) yield headLine("base", head);
  const positions = await read((tx) => readPositions(tx, organization, seq));
  for (let at = 0; at < positions.length; at += POSITIONS_A_LINE)
    yield positionsLine(positions.slice(at, at + POSITIONS_A_LINE));
}

async function* batchesOf(
  read: Read,
  organization: string,
  head: SignedAuditHead,
): AsyncGenerator<readonly AuditBatchRow[]> {
  if (head.chains.length === 0) return;
  for (let after: readonly [string, number] | null = null; ;) {
    const page = { head: head.seq, after, limit: BATCHES_AT_ONCE };
    const batches: readonly AuditBatchRow[] = await read((tx) => readCoveredBatches(tx, organization, page));
    if (batches.length > 0) yield batches;
    if (batches.length < BATCHES_AT_ONCE) return;
    const last = batches.at(-1)!;
    after = [last.chain, last.seq];
  }
}
