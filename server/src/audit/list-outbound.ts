import type { OutboundEffect, OutboundFilter } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { parseId, showId } from "../core/id.ts";
import type { OutboundEffect as Noted } from "../core/outbound-effect.ts";
import type { Database } from "../core/ports/database.ts";
import { readConnectionRefs, readConnectionsBySlug } from "../store/connection-refs.ts";
import { listOutboundEffects, type OutboundCursor } from "../store/outbound-effects.ts";
import { inScope, type Scope } from "../store/scope.ts";

interface Query extends OutboundFilter {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

interface Page {
  readonly items: OutboundEffect[];
  readonly next: string | null;
}

/**
 * A page of what left a project, or was to, newest first. `reasonOf` says a code in words. Throws `value_invalid` for a
 * cursor that is none.
 */
export async function listOutbound(
  database: Database,
  scope: Scope,
  query: Query,
  reasonOf: (code: string) => string | null,
): Promise<Page> {
  const { host = null, flow = null, cause = null, refused, from, to, limit, cursor } = query;
  const connection = query.connection === undefined ? null : await idOf(database, scope, query.connection);
  if (connection === null && query.connection !== undefined) return { items: [], next: null };
  const filter = {
    host: host?.toLowerCase() ?? null,
    flow,
    connection,
    cause,
    refused: refused === "true",
    fromMs: from === undefined ? null : Date.parse(from),
    toMs: to === undefined ? null : Date.parse(to),
  };
  const before = cursor === undefined ? null : readCursor(cursor);
  const rows = await listOutboundEffects(database, scope, filter, { before, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const slugs = await slugsOf(database, scope, page);
  const last = page.at(-1);
  return {
    items: page.map((row) => ({ ...show(row, slugs), reason: row.code === null ? null : reasonOf(row.code) })),
    next: rows.length > limit && last !== undefined ? `${last.atMs}.${last.cause}.${last.id}` : null,
  };
}

/** `con_…` of a slug or of itself; null where no connection is called so. */
async function idOf(database: Database, scope: Scope, text: string): Promise<string | null> {
  if (parseId("con", text) !== null) return text;
  const found = await inScope(database, scope, (tx) => readConnectionsBySlug(tx, scope.project, [text]));
  return found[0] === undefined ? null : showId("con", found[0].id);
}

async function slugsOf(database: Database, scope: Scope, rows: readonly Noted[]): Promise<ReadonlyMap<string, string>> {
  const shown = [...new Set(rows.map(({ connection }) => connection).filter((id) => id !== null))];
  const ids = shown.map((id) => parseId("con", id)).filter((id) => id !== null);
  if (ids.length === 0) return new Map();
  const found = await inScope(database, scope, (tx) => readConnectionRefs(tx, scope.project, ids));
  return new Map(found.map(({ id, slug }) => [showId("con", id), slug]));
}

function show(row: Noted, slugs: ReadonlyMap<string, string>): Omit<OutboundEffect, "reason"> {
  const { place, connection, decidedBy, line, costMicro, currency, atMs, cause, flow, attempt, action, host } = row;
  const { credential, approval, times, calls, outcome, code, ms, tokens } = row;
  const slash = place.lastIndexOf("/");
  return {
    id: `${cause}.${row.id}`,
    cause,
    flow,
    step: place.slice(slash + 1),
    path: slash < 0 ? [] : place.slice(0, slash).split(".").map(Number),
    attempt,
    action,
    host,
    connection: connection === null ? null : { id: connection, slug: slugs.get(connection) ?? null },
    credential,
    decidedBy: decidedBy === null ? null : { id: decidedBy, line: line ?? 0 },
    approval,
    times,
    calls,
    outcome,
    code,
    ms,
    tokens,
    cost: costMicro === null || currency === null ? null : { amount: costMicro / 1e6, currency },
    at: new Date(atMs).toISOString(),
  };
}

function readCursor(text: string): OutboundCursor {
  const parts = /^(\d{1,15})\.([\w:/-]{1,140})\.([\w-]{1,40})$/.exec(text);
  if (parts === null) throw new AppError("value_invalid", "This cursor is not one of this list.", { field: "cursor" });
  return { atMs: Number(parts[1]), cause: parts[2]!, id: parts[3]! };
}
