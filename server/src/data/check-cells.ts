import type { Json } from "../core/json.ts";
import { cellOfJson } from "../core/table/cell.ts";
import type { GridColumn, GridTable } from "../store/grid-tables.ts";
import { invalid } from "./find-table.ts";

/** A column and the text it is given. */
export interface CheckedCell {
  readonly column: GridColumn;
  readonly text: string | null;
}

/**
 * The cells of a row's values, by columns of the table. Throws `value_invalid` naming the field for a value that doesn't
 * fit, a column that isn't there, and with `whole` for a required one that has no value.
 */
export function checkCells(
  table: GridTable,
  values: Readonly<Record<string, Json>>,
  field: string,
  whole: boolean,
): readonly CheckedCell[] {
  const given = new Map(Object.entries(values));
  const cells: CheckedCell[] = [];
  for (const column of table.columns) {
    const value = given.get(column.name);
    given.delete(column.name);
    if (value === undefined && !(whole && column.required)) continue;
    const cell = cellOfJson(column, value ?? null);
    const where = `${field}.${column.name}`;
    if (!cell.ok) throw invalid(where, cell.message);
    if (cell.text === null && column.required) throw invalid(where, "is required");
    cells.push({ column, text: cell.text });
  }
  const [unknown] = given.keys();
  if (unknown !== undefined) throw invalid(`${field}.${unknown}`, "the table has no column of that name");
  return cells;
}
