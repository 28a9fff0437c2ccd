/** Intents in the audit that no outcome followed. In the scope of their organization. */
import type { Statement } from "../core/ports/database.ts";
import type { AuditCursor, AuditEntryFilter, AuditEntryRow } from "./audit-entries.ts";

export interface OpenIntentsPage {
  readonly intents: readonly {
    readonly intent: string;
    readonly outcome: string;
    /** Two at most. */
    readonly alike: readonly string[];
  }[];
  /** Recorded before that moment. */
  readonly olderThanMs: number;
  readonly before: AuditCursor | null;
  readonly limit: number;
  /** Looked through at most, from the filter's `fromMs` to now. */
  readonly batchesMax: number;
}

const OPEN_INTENTS = `with looked as materialized (
    select chain, seq, recorded_at, entries from steward.audit_batches
    where organization = $1 and recorded_at >= to_timestamp($2) order by recorded_at desc, chain desc, seq desc limit $3 + 1),
  kinds as (
    select * from unnest($4::text[], $5::text[], $6::text[], $7::text[]) k (intent, outcome, first, second)),
  told as materialized (
    select (extract(epoch from recorded_at) * 1000000)::bigint as us, chain, seq, place::int as place,
      entry->>'action' as action, entry->>'target' as target, entry->>'actor' as actor, entry->>'project' as project,
      entry->'facts'->>'step' as step, k.intent,
      coalesce(entry->'facts'->>k.first, '') || ' ' || coalesce(entry->'facts'->>k.second, '') as alike
    from looked cross join lateral jsonb_array_elements(entries) with ordinality one (entry, place)
    left join kinds k on entry->>'action' in (k.intent, k.outcome)
    where k.intent is not null or entry->>'action' = 'run.resolved'),
  open as (
    select i.* from told i where i.action = i.intent and i.us < $8
      and not exists (select from told o where o.action <> o.intent and o.intent = i.intent and o.target = i.target
        and o.alike = i.alike and (o.us, o.seq) >= (i.us, case when o.chain = i.chain then i.seq else 0 end))
      and not exists (select from told r where r.action = 'run.resolved' and i.action = 'effect.intent'
        and r.target = split_part(i.target, '/', 1) and r.us >= i.us and coalesce(i.target like '%/' || r.step, true))),
  page as (
    select us, chain, seq, place from open
    where ($9::bigint is null or (us, chain, seq, place) < ($9::bigint, $10::uuid, $11::bigint, $12::int))
      and ($13::text[] is null or actor = any($13))
      and ($14::text[] = '{}' or actor = any($14) or target = any($14))
      and ($15::text is null or starts_with(action, $15))
      and ($16::text is null or target = $16 or starts_with(target, $16 || '/'))
      and ($17::text is null or project = $17)
    order by us desc, chain desc, seq desc, place desc limit $18)
  (select p.us as "recordedUs", p.chain, p.seq, p.place, b.entries->(p.place - 1) as entry
    from page p join steward.audit_batches b on b.organization = $1 and b.chain = p.chain and b.seq = p.seq
    order by p.us desc, p.chain desc, p.seq desc, p.place desc)
  union all
  (select 0, organization, 0, 0, null from (select $1::uuid as organization, count(*) as batches from looked) c
    where batches > $3)`;

/**
 * Newest first. One outcome closes all intents before it on the same target, with the same facts where they tell them
 * apart; a person's word on an effect that is in doubt (`run.resolved`) closes its intent too. One row without an entry
 * when there are more than `batchesMax`. Index audit_batches_recorded, one pass and an anti-join over the intents and
 * outcomes it finds: 2.5 s over 400,000 entries in 100,000 batches, on 2 cores that others kept busy.
 */
export function findOpenIntents(
  organization: string,
  { actors, parties, action, target, project, fromMs, toMs }: AuditEntryFilter,
  { intents, olderThanMs, before, limit, batchesMax }: OpenIntentsPage,
): Statement<AuditEntryRow | (AuditCursor & { readonly entry: null })> {
  const untilMs = Math.min(olderThanMs, toMs ?? olderThanMs);
  return {
    name: "find_open_intents",
    text: OPEN_INTENTS,
    values: [
      organization,
      (fromMs ?? 0) / 1000,
      batchesMax,
      intents.map(({ intent }) => intent),
      intents.map(({ outcome }) => outcome),
      intents.map(({ alike }) => alike[0] ?? null),
      intents.map(({ alike }) => alike[1] ?? null),
      untilMs * 1000,
      before?.recordedUs ?? null,
      before?.chain ?? null,
      before?.seq ?? null,
      before?.place ?? null,
      actors,
      parties,
      action,
      target,
      project,
      limit,
    ],
  };
}
