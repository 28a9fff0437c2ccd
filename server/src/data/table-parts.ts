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

/** What is done to tables, and how the audit calls that it is about to be. */
const INTENTS = {
  "table.created": "table.creating",
  "table.changed": "table.changing",
  "table.dropped": "table.dropping",
  "table.imported": "table.importing",
} as const;
type TableAct = keyof typeof INTENTS;
type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** Tells what is about to be committed, as the last thing before it is. */
export type Announce = (action: TableAct, table: string, facts?: Facts) => Promise<void>;

/**
 * Does something to a table, with the audit's entries around it. Tables and the audit are in two databases: what `run`
 * announces is written as an intent (`table.dropping`) before its commit, and as done (`table.dropped`) after it. So no
 * entry says what did not happen, nothing happens unsaid, and an intent that nothing follows was undone, or was cut off
 * by the end of the process around its commit. Throws what `run` throws.
 */
export async function auditingTable<Result>(
  parts: TableParts,
  by: TableCaller,
  run: (announce: Announce) => Promise<Result>,
): Promise<Result> {
  let done: (() => Promise<void>) | null = null;
  const result = await run(async (action, table, facts = {}) => {
    await auditTable(parts, by, INTENTS[action], table, facts);
    done = () => auditTable(parts, by, action, table, facts);
  });
  await (done as (() => Promise<void>) | null)?.();
  return result;
}

/** Writes one entry, which stands at once. */
export async function auditTable(
  { database, clock }: TableParts,
  { scope, actor }: TableCaller,
  action: TableAct | (typeof INTENTS)[TableAct] | "table.exported",
  table: string,
  facts: Facts = {},
): Promise<void> {
  const atMs = clock.nowMs();
  const entry = { atMs, project: scope.project, actor, action, target: showId("tbl", table), facts };
  await inScope(database, scope, (tx) => appendActs(tx, scope.organization, [entry], atMs));
}
