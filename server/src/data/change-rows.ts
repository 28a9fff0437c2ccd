/** Adding, changing and deleting rows. */
import type { Row } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { deleteRowsStatement, findRowsStatement, insertRowsStatement, updateRowStatement } from "../store/grid-rows.ts";
import { checkCells } from "./check-cells.ts";
import { invalid, onTable } from "./find-table.ts";
import { noRow, showRow } from "./list-rows.ts";
import { ROWS_MS_MAX, type TableCaller, type TableParts } from "./table-parts.ts";

type Values = Readonly<Record<string, Json>>;
const HOW = { mode: "write", timeoutMs: ROWS_MS_MAX } as const;

/** Adds rows, all of them or none, and gives them as they are, in the order given. */
export async function insertRows(
  parts: TableParts,
  by: TableCaller,
  id: string,
  rows: readonly Values[],
): Promise<readonly Row[]> {
  return await onTable(parts, by, id, HOW, async (session, table) => {
    const checked = rows.map((values, at) => {
      const cells = checkCells(table, values, `rows[${at}]`, true);
      return new Map(cells.map(({ column, text }) => [column, text]));
    });
    const ids = rows.map(() => parts.ids.uuid());
    const texts = table.columns.map((column) => checked.map((row) => row.get(column) ?? null));
    await session.query(insertRowsStatement(table, table.columns, ids, texts, false));
    const found = (await session.query(findRowsStatement(table, ids))).rows;
    const added = new Map(found.map((row) => [row.id, showRow(table, row)]));
    return ids.flatMap((one) => added.get(one) ?? []); // a trigger of the project's own may have thought otherwise
  });
}

/** Changes the values given. Throws `conflict` with `version` when the row is of another one by now. */
export async function updateRow(
  parts: TableParts,
  by: TableCaller,
  id: string,
  row: { readonly id: string; readonly version: number },
  values: Values,
): Promise<Row> {
  return await onTable(parts, by, id, HOW, async (session, table) => {
    const cells = checkCells(table, values, "values", false);
    if (cells.length === 0) throw invalid("values", "name at least one column");
    const { count } = await session.query(updateRowStatement(table, row, cells));
    const [now] = (await session.query(findRowsStatement(table, [row.id]))).rows;
    if (!now) throw noRow();
    if (count === 1) return showRow(table, now);
    throw new AppError("conflict", "The row was changed since it was read: read it again.", {
      version: Number(now.version),
    });
  });
}

/** Deletes rows; gives how many were still there. */
export async function deleteRows(
  parts: TableParts,
  by: TableCaller,
  id: string,
  rows: readonly string[],
): Promise<number> {
  return await onTable(
    parts,
    by,
    id,
    { ...HOW, shrinks: true },
    async (session, table) => (await session.query(deleteRowsStatement(table, rows))).count,
  );
}
