/** Adding, changing and dropping columns. */
import type { ColumnChange, ColumnChanged, NewColumn, Table } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import type { Transaction } from "../core/ports/database.ts";
import { cellOfText, SQL_TYPES } from "../core/table/cell.ts";
import { violationsStatement, walkColumnStatement } from "../store/grid-rows.ts";
import {
  addColumnStatements,
  addUniqueStatement,
  changeTypeStatement,
  constraintsStatement,
  dropColumnStatement,
  dropConstraintStatement,
  lockTableStatement,
  optionStatements,
  renameColumnStatement,
  requireStatement,
  type ColumnSpec,
  type GridColumn,
  type GridTable,
} from "../store/grid-tables.ts";
import { again, changing, checkColumnName, columnOf, optionsOf, runAll, showTable, specOf } from "./find-table.ts";
import { TABLE_MS_MAX, type TableCaller, type TableParts } from "./table-parts.ts";

const COLUMNS_MAX = 100;
const EXAMPLES_MAX = 10;
const EXAMPLE_LENGTH_MAX = 200;
const WALKED_ROWS = 2000;

/** Adds an empty column. A required one is refused by the database while there are rows. */
export async function addColumn(parts: TableParts, by: TableCaller, id: string, column: NewColumn): Promise<Table> {
  return await changing(parts, by, id, { mode: "write", timeoutMs: TABLE_MS_MAX }, async (session, table, announce) => {
    if (table.columns.length >= COLUMNS_MAX)
      throw new AppError("conflict", `A table has at most ${COLUMNS_MAX} columns: drop one first.`);
    await runAll(session, addColumnStatements(table.name, specOf(column, table.columns, parts.ids.uuid(), "")));
    await announce("table.changed", table.id, { what: "column_added" });
    return showTable(await again(session, table));
  });
}

export async function dropColumn(parts: TableParts, by: TableCaller, id: string, name: string): Promise<Table> {
  const how = { mode: "write", timeoutMs: TABLE_MS_MAX, shrinks: true } as const;
  return await changing(parts, by, id, how, async (session, table, announce) => {
    await session.query(dropColumnStatement(table.name, columnOf(table, name).name));
    await announce("table.changed", table.id, { what: "column_dropped" });
    return showTable(await again(session, table));
  });
}

/**
 * Changes a column as a whole, or tells how many rows stand in the way and changes nothing. A value fits another type
 * when nothing of it is lost: 12.00 becomes a whole number, 12.50 does not.
 */
export async function changeColumn(
  parts: TableParts,
  by: TableCaller,
  id: string,
  name: string,
  change: ColumnChange,
): Promise<ColumnChanged> {
  const mode = change.dryRun ? "read" : "write";
  return await changing(parts, by, id, { mode, timeoutMs: TABLE_MS_MAX }, async (session, table, announce) => {
    const column = columnOf(table, name);
    const wanted = wantedOf(table, column, change, parts.ids.uuid());
    if (mode === "write") await session.query(lockTableStatement(table.name));
    const found = await findObstacles(session, table, column, wanted);
    if (mode === "read" || found.failures > 0) return { changed: false, table: showTable(table), ...found };
    await apply(session, table, column, wanted);
    await announce("table.changed", table.id, { what: "column_changed" });
    return { changed: true, table: showTable(await again(session, table)), ...found };
  });
}

function wantedOf(table: GridTable, column: GridColumn, change: ColumnChange, mark: string): ColumnSpec {
  const name = change.name ?? column.name;
  const others = table.columns.filter((other) => other !== column);
  if (name !== column.name) checkColumnName(name, others, "name");
  const type = change.type ?? column.type;
  const kept = type === "select" && column.options !== null ? [...column.options] : undefined;
  return {
    name,
    type,
    required: change.required ?? column.required,
    unique: change.unique ?? column.unique,
    options: optionsOf(type, change.options ?? kept, "options"),
    mark,
  };
}

type Obstacles = Pick<ColumnChanged, "failures" | "examples">;

async function findObstacles(
  session: Transaction,
  table: GridTable,
  column: GridColumn,
  wanted: ColumnSpec,
): Promise<Obstacles> {
  const values = await findUnfit(session, table, column, wanted);
  if (values.failures > 0 || !wanted.unique || column.unique) return values;
  const { rows } = await session.query(violationsStatement(table, column, EXAMPLES_MAX));
  return { failures: rows[0]?.failures ?? 0, examples: rows.map(({ id, value }) => ({ row: id, value })) };
}

/** Reads every cell of the column where its new type or rules could be against one. */
async function findUnfit(
  session: Transaction,
  table: GridTable,
  column: GridColumn,
  wanted: ColumnSpec,
): Promise<Obstacles> {
  const found: { failures: number; examples: ColumnChanged["examples"] } = { failures: 0, examples: [] };
  const converts = wanted.type !== column.type || wanted.options?.join("\0") !== column.options?.join("\0");
  if (!(converts && wanted.type !== "text") && !(wanted.required && !column.required)) return found;
  let after: string | null = null;
  for (;;) {
    const { rows }: { rows: readonly { id: string; text: string | null }[] } = await session.query(
      walkColumnStatement(table, column, after, WALKED_ROWS),
    );
    for (const { id, text } of rows) {
      const cell = text === null || !converts ? { ok: true as const, text } : cellOfText(wanted, text);
      if (cell.ok && (cell.text !== null || !wanted.required)) continue;
      found.failures++;
      if (found.examples.length < EXAMPLES_MAX)
        found.examples.push({
          row: id,
          value: text === null ? null : text.slice(0, EXAMPLE_LENGTH_MAX).toWellFormed(),
        });
    }
    after = rows.at(-1)?.id ?? null;
    if (rows.length < WALKED_ROWS) return found;
  }
}

async function apply(session: Transaction, table: GridTable, column: GridColumn, wanted: ColumnSpec): Promise<void> {
  const sameOptions = wanted.options?.join("\0") === column.options?.join("\0");
  if (column.options !== null && !sameOptions) {
    await dropConstraints(session, table, column, "options");
    await runAll(session, optionStatements(table.name, { ...wanted, name: column.name, options: null }));
  }
  if (wanted.type !== column.type && !(isText(wanted.type) && column.type === "select"))
    await session.query(changeTypeStatement(table.name, column, wanted.type));
  if (wanted.options !== null && !sameOptions)
    await runAll(session, optionStatements(table.name, { ...wanted, name: column.name }));
  if (wanted.required !== column.required)
    await session.query(requireStatement(table.name, column.name, wanted.required));
  if (wanted.unique && !column.unique) await session.query(addUniqueStatement(table.name, column.name));
  if (!wanted.unique && column.unique) await dropConstraints(session, table, column, "unique");
  if (wanted.name !== column.name) await session.query(renameColumnStatement(table.name, column.name, wanted.name));
}

function isText(type: ColumnSpec["type"]): boolean {
  return SQL_TYPES[type] === "text";
}

async function dropConstraints(
  session: Transaction,
  table: GridTable,
  column: GridColumn,
  kind: "unique" | "options",
): Promise<void> {
  const { rows } = await session.query(constraintsStatement(table.name, column.number, kind));
  for (const { name } of rows) await session.query(dropConstraintStatement(table.name, name));
}
