/** Making, renaming and dropping tables. */
import type { NewTable, Table } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import type { Transaction } from "../core/ports/database.ts";
import { nameProblem, sameName } from "../core/table/name.ts";
import {
  createTableStatements,
  dropTableStatement,
  readCatalogStatement,
  renameTableStatement,
  tablesOf,
  type GridTable,
} from "../store/grid-tables.ts";
import { again, changing, invalid, onTable, runAll, showTable, specOf } from "./find-table.ts";
import { refusing } from "./table-errors.ts";
import {
  auditingTable,
  type Announce,
  ROWS_MS_MAX,
  TABLE_MS_MAX,
  type TableCaller,
  type TableParts,
} from "./table-parts.ts";

const TABLES_MAX = 200;

/** All tables, by name; none where the project has no database yet. */
export async function listTables({ databases }: TableParts, { scope }: TableCaller): Promise<readonly Table[]> {
  const tables = await refusing(() =>
    databases.useIfThere(scope, { mode: "read", timeoutMs: ROWS_MS_MAX }, readTables),
  );
  return (tables ?? []).map(showTable);
}

export async function getTable(parts: TableParts, by: TableCaller, id: string): Promise<Table> {
  return await onTable(parts, by, id, { mode: "read", timeoutMs: ROWS_MS_MAX }, (_, table) =>
    Promise.resolve(showTable(table)),
  );
}

/** Makes a table, and the project's database if it is the first. Throws `value_invalid`, `conflict`, `quota_exceeded`. */
export async function createTable(parts: TableParts, by: TableCaller, wanted: NewTable): Promise<Table> {
  const columns = wanted.columns.map((column, at) =>
    specOf(column, wanted.columns.slice(0, at), parts.ids.uuid(), `columns[${at}].`),
  );
  checkTableName(wanted.name);
  const id = parts.ids.uuid();
  const how = { mode: "write", timeoutMs: TABLE_MS_MAX } as const;
  const make = (announce: Announce): Promise<Table> =>
    parts.databases.use(by.scope, how, async (session) => {
      const others = await readTables(session);
      if (others.length >= TABLES_MAX)
        throw new AppError("conflict", `A project has at most ${TABLES_MAX} tables: drop one first.`);
      checkFree(wanted.name, others);
      await runAll(session, createTableStatements(id, wanted.name, columns));
      const [table] = tablesOf((await session.query(readCatalogStatement(id))).rows);
      await announce("table.created", id, { columns: columns.length });
      return showTable(table!);
    });
  return await auditingTable(parts, by, (announce) => refusing(() => make(announce)));
}

export async function renameTable(parts: TableParts, by: TableCaller, id: string, name: string): Promise<Table> {
  checkTableName(name);
  const how = { mode: "write", timeoutMs: TABLE_MS_MAX } as const;
  return await changing(parts, by, id, how, async (session, table, announce) => {
    if (name === table.name) return showTable(table);
    checkFree(
      name,
      (await readTables(session)).filter((one) => one.id !== table.id),
    );
    await session.query(renameTableStatement(table.name, name));
    await announce("table.changed", table.id, { what: "name" });
    return showTable(await again(session, table));
  });
}

/** Drops it with all its rows; nothing brings them back but a backup. */
export async function dropTable(parts: TableParts, by: TableCaller, id: string): Promise<void> {
  const how = { mode: "write", timeoutMs: TABLE_MS_MAX, shrinks: true } as const;
  await changing(parts, by, id, how, async (session, table, announce) => {
    await session.query(dropTableStatement(table.name));
    await announce("table.dropped", table.id);
  });
}

async function readTables(session: Transaction): Promise<readonly GridTable[]> {
  return tablesOf((await session.query(readCatalogStatement(null))).rows);
}

function checkTableName(name: string): void {
  const problem = nameProblem("table", name);
  if (problem !== null) throw invalid("name", problem);
}

function checkFree(name: string, others: readonly GridTable[]): void {
  if (others.some((other) => sameName(other.name, name)))
    throw new AppError("conflict", `There is a table "${name}" already.`, { field: "name" });
}
