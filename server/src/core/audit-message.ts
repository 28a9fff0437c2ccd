/** Entries as they are sent away: one JSON object each, and for syslog a message around it. */
import type { AuditEntry } from "./audit-entry.ts";
import { showId } from "./id.ts";
import { canonicalJson } from "./json.ts";

export interface SentBatch {
  readonly organization: string;
  readonly chain: string;
  readonly seq: number;
  readonly recordedMs: number;
  readonly entries: readonly AuditEntry[];
}

/** Facility 13 (log audit), severity 6 (informational): RFC 5424, section 6.2.1. */
const PRIORITY = 13 * 8 + 6;
const MSGID_LENGTH_MAX = 32;

/** JSON Lines, an entry each; `id` is the same when a batch is sent again. */
export function auditLines(batch: SentBatch): string {
  return batch.entries.map((entry, at) => `${messageOf(batch, entry, at + 1)}\n`).join("");
}

/** Messages of RFC 5424 with their lengths before them, as RFC 6587, section 3.4.1 counts octets. */
export function syslogFrames(batch: SentBatch): string {
  return batch.entries
    .map((entry, at) => {
      const message = `<${PRIORITY}>1 ${iso(entry.atMs)} - steward - ${messageId(entry.action)} - ${messageOf(batch, entry, at + 1)}`;
      return `${Buffer.byteLength(message)} ${message}`;
    })
    .join("");
}

function messageOf({ organization, chain, seq, recordedMs }: SentBatch, entry: AuditEntry, place: number): string {
  return canonicalJson({
    id: `${chain}.${seq}.${place}`,
    at: iso(entry.atMs),
    recordedAt: iso(recordedMs),
    organization: showId("org", organization),
    project: entry.project === null ? null : showId("prj", entry.project),
    actor: entry.actor,
    action: entry.action,
    target: entry.target,
    facts: entry.facts,
  });
}

function messageId(action: string): string {
  const id = action.replace(/[^\x21-\x7e]/g, "").slice(0, MSGID_LENGTH_MAX);
  return id === "" ? "-" : id;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
