/** Single entries of the audit, newest first, found in their batches. In the scope of their organization. */
import type { AuditEntry } from "../core/audit-entry.ts";
import type { Statement } from "../core/ports/database.ts";

/** A place in the list: what comes after it is older. Microseconds, so that no two batches look alike. */
export interface AuditCursor {
  readonly recordedUs: number;
  readonly chain: string;
  readonly seq: number;
  /** From 1; 1 is the batch's first entry, after which the next older batch comes. */
  readonly place: number;
}

export interface AuditEntryFilter {
  readonly actors: readonly string[] | null;
  /** `flow:…` or `agent:…`, as actor or target. */
  readonly parties: readonly string[];
  readonly action: string | null;
  readonly target: string | null;
  /** A UUID. */
  readonly project: string | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

export interface AuditEntryRow extends AuditCursor {
  readonly entry: AuditEntry;
}

/** What was looked at: the oldest batch, and how many entries. */
export interface AuditLooked extends AuditCursor {
  readonly entry: null;
  readonly batches: number;
}

const LAST_CHAIN = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const LAST_SEQ = "9223372036854775807";

/**
 * Looks through the next `batches` batches before the cursor and gives at most `limit` entries, newest first, and as the
 * last row what was looked at; no row at all when there is nothing more. Index audit_batches_recorded, backwards.
 * The bounds are plain parameters: what row-level security can't be sure of would be checked row by row, past the index.
 * Measured on 1,000,000 entries, 2 cores: 50 of any 0.8 ms, wherever the cursor stands; 20,000 looked through 15 ms.
 */
export function lookThroughAudit(
  organization: string,
  { actors, parties, action, target, project, fromMs, toMs }: AuditEntryFilter,
  page: { readonly before: AuditCursor | null; readonly batches: number; readonly limit: number },
): Statement<AuditEntryRow | AuditLooked> {
  const { before } = page;
  return {
    name: "look_through_audit",
    text: `with looked as materialized (
        select chain, seq, recorded_at, entries from steward.audit_batches
        where organization = $1 and recorded_at >= $2::timestamptz and recorded_at < $3::timestamptz
          and recorded_at <= $4::timestamptz and (recorded_at, chain, seq) <= ($4::timestamptz, $5::uuid, $6::bigint)
        order by recorded_at desc, chain desc, seq desc limit $8),
      found as (
        select (extract(epoch from recorded_at) * 1000000)::bigint as us, chain, seq, place, entry
        from looked cross join lateral jsonb_array_elements(entries) with ordinality one(entry, place)
        where (chain <> $5 or seq <> $6 or place < $7::int)
          and ($9::text[] is null or entry->>'actor' = any($9))
          and ($10::text[] = '{}' or entry->>'actor' = any($10) or entry->>'target' = any($10))
          and ($11::text is null or starts_with(entry->>'action', $11))
          and ($12::text is null or entry->>'target' = $12 or starts_with(entry->>'target', $12 || '/'))
          and ($13::text is null or entry->>'project' = $13)
        order by us desc, chain desc, seq desc, place desc limit $14)
      (select us as "recordedUs", chain, seq, place::int, entry, 0::bigint as batches from found
        order by us desc, chain desc, seq desc, place desc)
      union all
      (select (extract(epoch from recorded_at) * 1000000)::bigint, chain, seq,
          (select sum(jsonb_array_length(entries)) from looked)::int, null, (select count(*) from looked)
        from looked order by recorded_at, chain, seq limit 1)`,
    values: [
      organization,
      fromMs === null ? "-infinity" : timeText(fromMs * 1000),
      toMs === null ? "infinity" : timeText(toMs * 1000),
      before === null ? "infinity" : timeText(before.recordedUs),
      before?.chain ?? LAST_CHAIN,
      before?.seq ?? LAST_SEQ,
      before?.place ?? 1,
      page.batches,
      actors,
      parties,
      action,
      target,
      project,
      page.limit,
    ],
  };
}

/** A moment in microseconds as the database reads it. */
function timeText(us: number): string {
  const ms = Math.floor(us / 1000);
  return new Date(ms).toISOString().replace("Z", `${String(us - ms * 1000).padStart(3, "0")}Z`);
}
