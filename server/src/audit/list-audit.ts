/** Entries of the audit, newest first. */
import type { AuditEntry, AuditFilter } from "@steward/sdk";
import { AUDIT_INTENTS } from "../core/audit-intents.ts";
import { AppError } from "../core/errors.ts";
import { parseId, showId } from "../core/id.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import { findActors } from "../store/audit-actors.ts";
import {
  lookThroughAudit,
  type AuditCursor,
  type AuditEntryFilter,
  type AuditEntryRow,
  type AuditLooked,
} from "../store/audit-entries.ts";
import { findOpenIntents } from "../store/open-intents.ts";
import { organizationScope } from "../store/organizations.ts";
import { queryInScope } from "../store/scope.ts";

/** Looked through for one page, whatever is found: 15 ms where nothing is. */
export const LOOKED_MAX = 20_000;
const BATCHES_AT_FIRST = 32;
const BATCHES_AT_ONCE_MAX = 8192;
/** What is open is looked for over so long, in so many batches at most. */
const OPEN_MS = 30 * 86_400_000;
const OPEN_BATCHES_MAX = 100_000;

interface Query extends AuditFilter {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

interface ListParts {
  readonly database: Database;
  readonly dispatch: Database;
  readonly clock: Pick<Clock, "nowMs">;
}

/**
 * A page of what the filter finds. After `LOOKED_MAX` entries it ends, short or empty, with `next` to go on from: so a page
 * of a log of ten million entries costs as little as any. Throws `value_invalid` for a cursor that is none.
 */
export async function listAudit(
  parts: ListParts,
  organization: string,
  query: Query,
): Promise<{ readonly items: readonly AuditEntry[]; readonly next: string | null }> {
  const filter = await filterOf(parts.dispatch, organization, query);
  if (filter === null) return { items: [], next: null };
  if (query.open !== undefined) return await listOpen(parts, organization, filter, { ...query, open: query.open });
  const found: AuditEntryRow[] = [];
  let before = query.cursor === undefined ? null : readCursor(query.cursor);
  for (let looked = 0, batches = BATCHES_AT_FIRST; looked < LOOKED_MAX;) {
    const limit = query.limit + 1 - found.length;
    const statement = lookThroughAudit(organization, filter, { before, batches, limit });
    const rows = await queryInScope(parts.database, organizationScope(organization), statement);
    const oldest = rows.findLast(isLooked);
    found.push(...rows.filter(isFound));
    if (found.length > query.limit) {
      const items = found.slice(0, query.limit);
      return { items: items.map(showEntry), next: showCursor(items.at(-1)!) };
    }
    if (oldest === undefined || oldest.batches < batches) return { items: found.map(showEntry), next: null };
    before = { ...oldest, place: 1 };
    looked += oldest.place;
    batches = nextBatches(oldest, LOOKED_MAX - looked);
  }
  return { items: found.map(showEntry), next: before === null ? null : showCursor(before) };
}

/** What was begun and has no outcome. Throws `value_invalid` where more would have to be looked through than can be. */
async function listOpen(
  { database, clock }: ListParts,
  organization: string,
  filter: AuditEntryFilter,
  { open, limit, cursor }: Query & { readonly open: number },
): Promise<{ readonly items: readonly AuditEntry[]; readonly next: string | null }> {
  const nowMs = clock.nowMs();
  const statement = findOpenIntents(
    organization,
    { ...filter, fromMs: filter.fromMs ?? nowMs - OPEN_MS },
    {
      intents: AUDIT_INTENTS,
      olderThanMs: nowMs - open * 60_000,
      before: cursor === undefined ? null : readCursor(cursor),
      limit: limit + 1,
      batchesMax: OPEN_BATCHES_MAX,
    },
  );
  const rows = await queryInScope(database, organizationScope(organization), statement);
  if (rows.some((row) => row.entry === null))
    throw new AppError(
      "value_invalid",
      "from: the log has too much since then to be looked through: name a later time",
      {
        field: "from",
      },
    );
  const found = rows.filter(isFound);
  const items = found.slice(0, limit);
  return { items: items.map(showEntry), next: found.length > limit ? showCursor(items.at(-1)!) : null };
}

/** Four times as many as before, but about as many as hold what may still be looked through. */
function nextBatches({ place: entries, batches }: AuditLooked, left: number): number {
  const wanted = Math.ceil(left / Math.max(1, entries / batches));
  return Math.max(BATCHES_AT_FIRST, Math.min(BATCHES_AT_ONCE_MAX, 4 * batches, wanted));
}

function isLooked(row: AuditEntryRow | AuditLooked): row is AuditLooked {
  return row.entry === null;
}

function isFound(row: { readonly entry: AuditEntryRow["entry"] | null }): row is AuditEntryRow {
  return row.entry !== null;
}

/** Null when nothing can fit. */
async function filterOf(dispatch: Database, organization: string, query: Query): Promise<AuditEntryFilter | null> {
  const project = query.project === undefined ? null : parseId("prj", query.project);
  if (project === null && query.project !== undefined) return null;
  const member = query.actor === undefined ? null : parseId("mem", query.actor);
  const own = query.actor === undefined ? null : [query.actor];
  const parties = [
    ...(query.flow === undefined ? [] : [`flow:${query.flow}`]),
    ...(query.agent === undefined ? [] : [`agent:${query.agent}`]),
  ];
  return {
    actors: member === null ? own : await findActors(dispatch, organization, member),
    parties,
    action: query.action ?? null,
    target: query.target ?? null,
    project,
    fromMs: query.from === undefined ? null : Date.parse(query.from),
    toMs: query.to === undefined ? null : Date.parse(query.to),
  };
}

function showEntry({ entry, chain, seq, place, recordedUs }: AuditEntryRow): AuditEntry {
  return {
    id: `${chain}.${seq}.${place}`,
    at: new Date(entry.atMs).toISOString(),
    recordedAt: new Date(Math.floor(recordedUs / 1000)).toISOString(),
    project: entry.project === null ? null : showId("prj", entry.project),
    actor: entry.actor,
    action: entry.action,
    target: entry.target,
    facts: { ...entry.facts },
  };
}

function showCursor({ recordedUs, chain, seq, place }: AuditCursor): string {
  return `${recordedUs}.${chain}.${seq}.${place}`;
}

function readCursor(text: string): AuditCursor {
  const parts = /^(\d{1,16})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,15})\.(\d{1,9})$/.exec(text);
  if (parts === null) throw new AppError("value_invalid", "This cursor is not one of this list.", { field: "cursor" });
  return { recordedUs: Number(parts[1]), chain: parts[2]!, seq: Number(parts[3]), place: Number(parts[4]) };
}
