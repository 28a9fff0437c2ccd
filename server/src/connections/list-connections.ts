import type { Connection, ConnectionDetails } from "@steward/sdk";
import { listConnections as listRows, type ConnectionRow, findConnection } from "../store/connections.ts";
import { findLastAsked } from "../store/connect-states.ts";
import type { ConnectionCaller, ConnectionParts } from "./connection-parts.ts";
import { endsWith } from "./ends-with.ts";
import { noConnection } from "./connection-refusals.ts";
import { showConnection } from "./show-connection.ts";

/** Those that stand, by slug. */
export async function listConnections(
  parts: ConnectionParts,
  caller: ConnectionCaller,
  query: {
    readonly cursor?: string | undefined;
    readonly limit: number;
    readonly connector?: string | undefined;
  },
): Promise<{ readonly items: Connection[]; readonly next: string | null }> {
  const { cursor = null, limit, connector = null } = query;
  const rows = await listRows(parts.database, caller.scope, { after: cursor, connector, limit: limit + 1 });
  const shown = rows.slice(0, limit);
  return {
    items: await Promise.all(shown.map((row) => showConnection(parts, caller, row))),
    next: rows.length > limit ? (shown.at(-1)?.slug ?? null) : null,
  };
}

/** Throws `not_found`. */
export async function getConnection(
  parts: ConnectionParts,
  caller: ConnectionCaller,
  slug: string,
): Promise<ConnectionDetails> {
  const row = await requireConnection(parts, caller, slug);
  const usedBy = await parts.connections.endings.usersOf(caller.scope, row);
  const asked = row.status === "pending" ? await findLastAsked(parts.database, caller.scope, row.id) : [];
  const shown = await showConnection(parts, caller, row);
  return { ...shown, usedBy, endsWith: await endsWith(parts, caller, row), asked: [...asked] };
}

/** The one that stands. Throws `not_found`. */
export async function requireConnection(
  { database }: Pick<ConnectionParts, "database">,
  { scope }: Pick<ConnectionCaller, "scope">,
  slug: string,
): Promise<ConnectionRow> {
  const row = await findConnection(database, scope, slug);
  if (row === null) throw noConnection(slug);
  return row;
}
