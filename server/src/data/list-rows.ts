/** Reading rows: what the query says, checked against the table, page by page. */
import { RowFilter, type Row, type RowPage } from "@steward/sdk";
import { z } from "zod";
import { AppError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { parseJson } from "../core/parse-json.ts";
import { cellOfJson, cellToJson } from "../core/table/cell.ts";
import {
  countRowsStatement,
  COUNTED_MAX,
  findRowsStatement,
  listRowsStatement,
  type CheckedFilter,
  type GridRow,
  type RowOrder,
  type RowPlace,
} from "../store/grid-rows.ts";
import type { GridTable } from "../store/grid-tables.ts";
import { invalid, onTable } from "./find-table.ts";
import { ROWS_MS_MAX, type TableCaller, type TableParts } from "./table-parts.ts";

export interface RowsQuery {
  readonly filter?: string | undefined;
  readonly sort?: string | undefined;
  readonly search?: string | undefined;
  readonly count: "true" | "false";
  readonly cursor?: string | undefined;
  readonly limit: number;
}

const FILTERS_MAX = 20;
const IN_MAX = 200;
const Filters = z.array(RowFilter).max(FILTERS_MAX);
const Place = z.tuple([z.string().nullable(), z.uuid()]);
const HOW = { mode: "read", timeoutMs: ROWS_MS_MAX } as const;

/** A page of rows, the newest first unless sorted. Throws `value_invalid` for a query that doesn't fit the table. */
export async function listRows(parts: TableParts, by: TableCaller, id: string, query: RowsQuery): Promise<RowPage> {
  return await onTable(parts, by, id, HOW, async (session, table) => {
    const which = { filters: filtersOf(table, query.filter), search: query.search ?? null };
    const order = orderOf(table, query.sort);
    const after = query.cursor === undefined ? null : placeOf(query.cursor);
    const { rows } = await session.query(listRowsStatement(table, which, order, after, query.limit + 1));
    const shown = rows.slice(0, query.limit);
    const last = shown.at(-1);
    const count = query.count === "true" ? (await session.query(countRowsStatement(table, which))).rows[0] : undefined;
    return {
      items: shown.map((row) => showRow(table, row)),
      next: last && rows.length > query.limit ? cursorOf({ cell: last.place, id: last.id }) : null,
      count: count ? { rows: Math.min(count.rows, COUNTED_MAX), more: count.rows > COUNTED_MAX } : null,
    };
  });
}

export async function getRow(parts: TableParts, by: TableCaller, id: string, row: string): Promise<Row> {
  return await onTable(parts, by, id, HOW, async (session, table) => {
    const [found] = (await session.query(findRowsStatement(table, [row]))).rows;
    if (!found) throw noRow();
    return showRow(table, found);
  });
}

export function noRow(): AppError {
  return new AppError("not_found", "The table has no such row.");
}

export function showRow(table: GridTable, row: GridRow): Row {
  const values = table.columns.map((column, at): [string, Json] => {
    const text = row[`c${at}`];
    return [column.name, cellToJson(column.type, typeof text === "string" ? text : null)];
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our JSON, but for its being read-only
  return { id: row.id, version: Number(row.version), values: Object.fromEntries(values) as Row["values"] };
}

function filtersOf(table: GridTable, text: string | undefined): readonly CheckedFilter[] {
  if (text === undefined) return [];
  const parsed = parseJson(text);
  const filters = Filters.safeParse(parsed.ok ? parsed.value : undefined);
  if (!filters.success)
    throw invalid("filter", `give JSON: a list of at most ${FILTERS_MAX} of { "field", "op", "value" }`);
  return filters.data.map((filter, at) => filterOf(table, filter, `filter[${at}]`));
}

function filterOf(table: GridTable, { field, op, value }: RowFilter, where: string): CheckedFilter {
  const column = field === "id" ? "id" : table.columns.find((one) => one.name === field);
  if (!column) throw invalid(`${where}.field`, "the table has no column of that name");
  if (op === "is_empty" || op === "is_not_empty") {
    if (value !== undefined) throw invalid(`${where}.value`, "is left out with this operator");
    return { column, op, cells: [] };
  }
  if (op === "contains") {
    if (typeof value !== "string" || value === "" || value.includes("\0"))
      throw invalid(`${where}.value`, "is to be a text");
    return { column, op, cells: [value] };
  }
  if (column !== "id" && column.type === "json")
    throw invalid(`${where}.op`, "a JSON column is searched by contains, is_empty and is_not_empty");
  const values = op === "in" ? value : [value ?? null];
  if (!Array.isArray(values) || values.length > IN_MAX)
    throw invalid(`${where}.value`, `is to be a list of at most ${IN_MAX}`);
  return { column, op, cells: values.map((one) => cellFor(column, one, `${where}.value`)) };
}

function cellFor(column: CheckedFilter["column"], value: Json, where: string): string | null {
  if (column === "id") {
    if (typeof value !== "string" || !z.uuid().safeParse(value).success) throw invalid(where, "is to be a row's id");
    return value;
  }
  // Whatever text may be asked for, also one that is no option any more.
  const cell = cellOfJson(column.type === "select" ? { type: "text", options: null } : column, value);
  if (!cell.ok) throw invalid(where, cell.message);
  return cell.text;
}

function orderOf(table: GridTable, sort: string | undefined): RowOrder {
  if (sort === undefined) return { column: null, falling: true };
  const falling = sort.endsWith(":desc");
  const name = sort.replace(/:(?:asc|desc)$/, "");
  if (name === "id") return { column: null, falling };
  const column = table.columns.find((one) => one.name === name);
  if (!column) throw invalid("sort", "the table has no column of that name");
  if (column.type === "json") throw invalid("sort", "rows are not sorted by a JSON column");
  return { column, falling };
}

function cursorOf({ cell, id }: RowPlace): string {
  return Buffer.from(JSON.stringify([cell, id])).toString("base64url");
}

function placeOf(cursor: string): RowPlace {
  const parsed = parseJson(Buffer.from(cursor, "base64url").toString());
  const place = Place.safeParse(parsed.ok ? parsed.value : null);
  if (!place.success || place.data[0]?.includes("\0") === true)
    throw new AppError("invalid_request", "The cursor is not one that a list gave.");
  return { cell: place.data[0], id: place.data[1] };
}
