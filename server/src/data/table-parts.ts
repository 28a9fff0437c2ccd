import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { Ids } from "../core/ports/ids.ts";
import { showId } from "../core/id.ts";
import { appendActs } from "../store/append-acts.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { ImportTurns } from "./import-turns.ts";
import type { ProjectDatabases } from "./project-databases.ts";

/** What the verbs on tables work with; built once in `app.ts`. */
export interface TableParts {
  readonly databases: ProjectDatabases;
  /** Steward's own, for the audit. */
  readonly database: Database;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly imports: ImportTurns;
}

/** Who asks, and for which project. */
export interface TableCaller {
  readonly scope: Scope;
  /** As the audit names it: `key_…`, `mem_…`. */
  readonly actor: string;
}

/** For what reads and changes a few rows. */
export const ROWS_MS_MAX = 10_000;
/** For what may have to read or write every row of a table. */
export const TABLE_MS_MAX = 60_000;

/**
 * Writes an act on a table to the audit, just before the act is committed. They are two databases: should the commit
 * then fail, the audit says more than was done, never less.
 */
export async function auditTable(
  { database, clock }: TableParts,
  { scope, actor }: TableCaller,
  action: "table.created" | "table.changed" | "table.dropped" | "table.imported" | "table.exported",
  table: string,
  facts: Readonly<Record<string, string | number | boolean | null>> = {},
): Promise<void> {
  const atMs = clock.nowMs();
  const entry = { atMs, project: scope.project, actor, action, target: showId("tbl", table), facts };
  await inScope(database, scope, (tx) => appendActs(tx, scope.organization, [entry], atMs));
}
