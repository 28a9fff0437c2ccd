/** Rows of a project's tables: every statement on them. Cells go in and come out as text, see core/table/cell.ts. */
import type { ColumnType, RowFilter } from "@steward/sdk";
import { unreachable } from "../core/invariant.ts";
import type { Row, SqlValue, Statement } from "../core/ports/database.ts";
import { SQL_TYPES } from "../core/table/cell.ts";
import { quoteIdentifier } from "../core/table/quote.ts";
import { tableName, type GridColumn, type GridTable } from "./grid-tables.ts";

/** A row as the database gives it: `id`, `version`, and a text for each column under `c0`, `c1`, … */
export type GridRow = Row & { readonly id: string; readonly version: string };

/** How many rows are counted; the rest is "more". */
export const COUNTED_MAX = 10_000;
/** Of a text, what decides its place in a sorted list; cursors hold as much. */
const SORTED_CHARS = 200;
const SEARCHED_COLUMNS_MAX = 20;

/** Which rows. Values are cells that fit their columns. */
export interface RowQuery {
  readonly filters: readonly CheckedFilter[];
  readonly search: string | null;
}

export interface CheckedFilter {
  readonly column: GridColumn | "id";
  readonly op: RowFilter["op"];
  /** One for most operators, none for is_empty, any for in. Null stands for no value. */
  readonly cells: readonly (string | null)[];
}

/** Sorted by the column, then by id; without a column by id alone. Empty cells come last either way. */
export interface RowOrder {
  readonly column: GridColumn | null;
  readonly falling: boolean;
}

/** Where a page ended: the sorted cell, and the row. */
export interface RowPlace {
  readonly cell: string | null;
  readonly id: string;
}

class Values {
  readonly list: SqlValue[] = [];

  add(value: SqlValue): string {
    return `$${this.list.push(value)}`;
  }
}

/** A page of rows after the place. By id it walks the primary key; sorted otherwise it reads the table. */
export function listRowsStatement(
  table: GridTable,
  query: RowQuery,
  order: RowOrder,
  after: RowPlace | null,
  limit: number,
): Statement<GridRow & { readonly place: string | null }> {
  const values = new Values();
  const sorted = order.column === null ? null : sortKey(order.column);
  const conditions = conditionsOf(table, query, values);
  if (after !== null) conditions.push(afterCondition(order, sorted, after, values));
  const way = order.falling ? "desc" : "asc";
  const by = sorted === null ? `t."id" ${way}` : `${sorted} ${way} nulls last, t."id" ${way}`;
  return {
    text: `select ${cells(table)}, ${sorted === null ? "null" : `${sorted}::text`} as place
      from ${tableName(table.name)} t${where(conditions)} order by ${by} limit ${values.add(limit)}`,
    values: values.list,
  };
}

/** Rows that match, counted to `COUNTED_MAX` + 1. */
export function countRowsStatement(table: GridTable, query: RowQuery): Statement<{ readonly rows: number }> {
  const values = new Values();
  const conditions = conditionsOf(table, query, values);
  return {
    text: `select count(*) as rows from (select from ${tableName(table.name)}${where(conditions)} limit ${COUNTED_MAX + 1}) found`,
    values: values.list,
  };
}

/** Rows by id, after the one given, for reading the whole table piece by piece. */
export function walkRowsStatement(table: GridTable, after: string | null, limit: number): Statement<GridRow> {
  return {
    text: `select ${cells(table)} from ${tableName(table.name)} t where $1::uuid is null or t."id" > $1 order by t."id" limit $2`,
    values: [after, limit],
  };
}

export function findRowsStatement(table: GridTable, ids: readonly string[]): Statement<GridRow> {
  return { text: `select ${cells(table)} from ${tableName(table.name)} where "id" = any($1::uuid[])`, values: [ids] };
}

/**
 * Adds rows: one list of texts for each column. With `skip`, those that another row's unique value stands in the way
 * of are left out and not among the answer's ids; else they make the statement fail.
 */
export function insertRowsStatement(
  table: GridTable,
  columns: readonly GridColumn[],
  ids: readonly string[],
  texts: readonly (readonly (string | null)[])[],
  skip: boolean,
): Statement<{ readonly id: string }> {
  const names = [`"id"`, ...columns.map((column) => quoteIdentifier(column.name))];
  const given = ["$1::uuid[]", ...columns.map((_, at) => `$${at + 2}::text[]`)];
  const picked = ["t.id", ...columns.map((column, at) => `t.c${at}::${SQL_TYPES[column.type]}`)];
  const alias = ["id", ...columns.map((_, at) => `c${at}`)].join(", ");
  return {
    text: `insert into ${tableName(table.name)} (${names.join(", ")})
      select ${picked.join(", ")} from unnest(${given.join(", ")}) as t (${alias})
      ${skip ? "on conflict do nothing" : ""} returning "id"::text as id`,
    values: [ids, ...texts],
  };
}

/** Changes cells of a row that is of this version. No row: it is gone or of another version. */
export function updateRowStatement(
  table: GridTable,
  row: { readonly id: string; readonly version: number },
  changes: readonly { readonly column: GridColumn; readonly text: string | null }[],
): Statement<{ readonly id: string }> {
  const values = new Values();
  const set = changes.map(
    ({ column, text }) => `${quoteIdentifier(column.name)} = ${cast(values.add(text), column.type)}`,
  );
  return {
    text: `update ${tableName(table.name)} set ${set.join(", ")}
      where "id" = ${values.add(row.id)} and xmin = ${values.add(String(row.version))}::xid returning "id"::text as id`,
    values: values.list,
  };
}

export function deleteRowsStatement(table: GridTable, ids: readonly string[]): Statement {
  return { text: `delete from ${tableName(table.name)} where "id" = any($1::uuid[])`, values: [ids] };
}

/** Cells of one column, with their rows, in pieces by id: for judging whether they fit another type. */
export function walkColumnStatement(
  table: GridTable,
  column: GridColumn,
  after: string | null,
  limit: number,
): Statement<{ readonly id: string; readonly text: string | null }> {
  return {
    text: `select "id"::text as id, ${quoteIdentifier(column.name)}::text as text from ${tableName(table.name)} t
      where $1::uuid is null or t."id" > $1 order by t."id" limit $2`,
    values: [after, limit],
  };
}

/** Rows in the way of a column's being unique: all but the first of those that are equal. */
export function violationsStatement(
  table: GridTable,
  column: GridColumn,
  examples: number,
): Statement<{ readonly failures: number; readonly id: string; readonly value: string | null }> {
  const name = quoteIdentifier(column.name);
  return {
    text: `with found as (select "id", value from (
        select "id", ${name}::text as value, row_number() over (partition by ${name} order by "id") as n
          from ${tableName(table.name)} where ${name} is not null) ranked where n > 1)
      select (select count(*) from found) as failures, "id"::text as id, left(value, 200) as value
        from found order by found."id" limit $1`,
    values: [examples],
  };
}

function cells(table: GridTable): string {
  const columns = table.columns.map((column, at) => `${quoteIdentifier(column.name)}::text as c${at}`);
  return [`"id"::text as id`, "xmin::text as version", ...columns].join(", ");
}

function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`;
}

function conditionsOf(table: GridTable, { filters, search }: RowQuery, values: Values): string[] {
  const conditions = filters.map((filter) => condition(filter, values));
  if (search !== null) conditions.push(searchCondition(table, search, values));
  return conditions;
}

function condition({ column, op, cells: given }: CheckedFilter, values: Values): string {
  const name = column === "id" ? `"id"` : quoteIdentifier(column.name);
  const type = column === "id" ? "uuid" : SQL_TYPES[column.type];
  const one = (): string => `${values.add(given[0] ?? null)}::${type}`;
  switch (op) {
    case "eq":
      return `${name} is not distinct from ${one()}`;
    case "neq":
      return `${name} is distinct from ${one()}`;
    case "lt":
      return `${name} < ${one()}`;
    case "lte":
      return `${name} <= ${one()}`;
    case "gt":
      return `${name} > ${one()}`;
    case "gte":
      return `${name} >= ${one()}`;
    case "contains":
      return `${name}::text ilike ${values.add(pattern(given[0] ?? ""))}`;
    case "is_empty":
      return `${name} is null`;
    case "is_not_empty":
      return `${name} is not null`;
    case "in":
      return `${name} = any(${values.add(given)}::text[]::${type}[])`;
    default:
      return unreachable(op);
  }
}

/** Whatever of the text and numbers contains it. */
function searchCondition(table: GridTable, search: string, values: Values): string {
  const searched = table.columns
    .filter(({ type }) => type === "text" || type === "select" || type === "number" || type === "integer")
    .slice(0, SEARCHED_COLUMNS_MAX);
  if (searched.length === 0) return "false";
  const wanted = values.add(pattern(search));
  return `(${searched.map(({ name }) => `${quoteIdentifier(name)}::text ilike ${wanted}`).join(" or ")})`;
}

function pattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}

/** With the table's name, for a bare one in `order by` means what the statement gives under that name. */
function sortKey({ name, type }: GridColumn): string {
  const quoted = `t.${quoteIdentifier(name)}`;
  return SQL_TYPES[type] === "text" ? `left(${quoted}, ${SORTED_CHARS})` : quoted;
}

function afterCondition({ column, falling }: RowOrder, sorted: string | null, place: RowPlace, values: Values): string {
  const beyond = falling ? "<" : ">";
  const id = `t."id" ${beyond} ${values.add(place.id)}::uuid`;
  if (column === null || sorted === null) return id;
  if (place.cell === null) return `(${sorted} is null and ${id})`;
  const cell = cast(values.add(place.cell), column.type);
  return `(${sorted} is null or ${sorted} ${beyond} ${cell} or (${sorted} = ${cell} and ${id}))`;
}

function cast(place: string, type: ColumnType): string {
  return `${place}::${SQL_TYPES[type]}`;
}
