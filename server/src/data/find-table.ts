import type { Column, NewColumn, Table } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { parseId, showId } from "../core/id.ts";
import type { Statement, Transaction } from "../core/ports/database.ts";
import type { ProjectSession } from "../core/ports/project-databases.ts";
import { nameProblem, sameName } from "../core/table/name.ts";
import {
  readCatalogStatement,
  tablesOf,
  type ColumnSpec,
  type GridColumn,
  type GridTable,
} from "../store/grid-tables.ts";
import type { DataUse } from "./project-databases.ts";
import { refusing } from "./table-errors.ts";
import { auditingTable, type Announce, type TableCaller, type TableParts } from "./table-parts.ts";

/** A transaction on one table; what isn't there is `not_found`, whether table or database. */
export async function onTable<T>(
  parts: TableParts,
  { scope }: TableCaller,
  shownId: string,
  how: DataUse,
  act: (session: ProjectSession, table: GridTable) => Promise<T>,
): Promise<T> {
  const id = parseId("tbl", shownId);
  if (id === null) throw noTable();
  const result = await refusing(() =>
    parts.databases.useIfThere(scope, how, async (session) => ({
      value: await act(session, await findTable(session, id)),
    })),
  );
  if (result === null) throw noTable();
  return result.value;
}

/** The same for what changes the table, and announces it to the audit. */
export async function changing<T>(
  parts: TableParts,
  by: TableCaller,
  shownId: string,
  how: DataUse,
  act: (session: ProjectSession, table: GridTable, announce: Announce) => Promise<T>,
): Promise<T> {
  return await auditingTable(parts, by, (announce) =>
    onTable(parts, by, shownId, how, (session, table) => act(session, table, announce)),
  );
}

async function findTable(session: Transaction, id: string): Promise<GridTable> {
  const [table] = tablesOf((await session.query(readCatalogStatement(id))).rows);
  if (!table) throw noTable();
  return table;
}

/** The same table as it is now, in the same transaction. */
export async function again(session: Transaction, { id }: GridTable): Promise<GridTable> {
  return await findTable(session, id);
}

/** The column of exactly this name. */
export function columnOf(table: GridTable, name: string): GridColumn {
  const column = table.columns.find((one) => one.name === name);
  if (!column) throw new AppError("not_found", "The table has no column of that name.");
  return column;
}

export async function runAll(session: Transaction, statements: readonly Statement[]): Promise<void> {
  for (const statement of statements) await session.query(statement);
}

/** A column as it is to be made. Throws `value_invalid`. */
export function specOf(
  column: NewColumn,
  others: readonly { readonly name: string }[],
  mark: string,
  field: string,
): ColumnSpec {
  checkColumnName(column.name, others, `${field}name`);
  const options = optionsOf(column.type, column.options, `${field}options`);
  return { name: column.name, type: column.type, required: column.required, unique: column.unique, options, mark };
}

export function checkColumnName(name: string, others: readonly { readonly name: string }[], field: string): void {
  const problem = nameProblem("column", name);
  if (problem !== null) throw invalid(field, problem);
  if (others.some((other) => sameName(other.name, name)))
    throw new AppError("conflict", `The table has a column "${name}" already.`, { field });
}

/** The options a select has and other types don't. Throws `value_invalid`. */
export function optionsOf(
  type: NewColumn["type"],
  options: readonly string[] | undefined,
  field: string,
): readonly string[] | null {
  if ((type === "select") !== (options !== undefined))
    throw invalid(field, type === "select" ? "a select needs its options" : "only a select has options");
  if (options === undefined) return null;
  if (new Set(options).size !== options.length) throw invalid(field, "each option stands once");
  if (options.some((one) => one.includes("\0") || !one.isWellFormed())) throw invalid(field, "an option is plain text");
  return options;
}

export function invalid(field: string, message: string): AppError {
  return new AppError("value_invalid", `${field}: ${message}`, { field });
}

export function showTable({ id, name, columns, rowsAbout }: GridTable): Table {
  return { id: showId("tbl", id), name, columns: columns.map(showColumn), rowsAbout };
}

function showColumn({ name, type, required, unique, options }: GridColumn): Column {
  return { name, type, required, unique, options: options === null ? null : [...options] };
}

function noTable(): AppError {
  return new AppError("not_found", "There is no such table.");
}
