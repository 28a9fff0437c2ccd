import { csvLine } from "../core/table/csv-line.ts";
import { cellToText } from "../core/table/cell.ts";
import { walkRowsStatement } from "../store/grid-rows.ts";
import type { GridTable } from "../store/grid-tables.ts";
import { onTable } from "./find-table.ts";
import { auditTable, ROWS_MS_MAX, type TableCaller, type TableParts } from "./table-parts.ts";

const PIECE_ROWS = 1000;
const HOW = { mode: "read", timeoutMs: ROWS_MS_MAX } as const;

/**
 * A table as CSV, by id, a piece of 1,000 rows at a time, as fast as its reader takes them; between pieces it holds
 * nothing, so rows changed meanwhile may appear either way. `safe` keeps texts from being taken for formulas. Throws
 * `not_found` before the first piece.
 */
export async function exportRows(
  parts: TableParts,
  by: TableCaller,
  id: string,
  formulas: "safe" | "asStored",
): Promise<{ readonly name: string; readonly lines: AsyncIterable<string> }> {
  const table = await onTable(parts, by, id, HOW, async (_, found) => {
    await auditTable(parts, by, "table.exported", found.id);
    return found;
  });
  return { name: table.name, lines: linesOf(parts, by, id, table, formulas === "safe") };
}

async function* linesOf(
  parts: TableParts,
  by: TableCaller,
  id: string,
  { columns }: GridTable,
  safe: boolean,
): AsyncGenerator<string> {
  const isText = (at: number): boolean => {
    const type = columns[at - 1]?.type;
    return safe && (type === "text" || type === "select" || type === "json");
  };
  yield csvLine(["id", ...columns.map((column) => column.name)], (at) => safe && at > 0);
  let after: string | null = null;
  for (;;) {
    const from: string | null = after;
    // The columns as they were at the begin; a column dropped meanwhile ends the export.
    const rows = await onTable(parts, by, id, HOW, async (session, table) => {
      const statement = walkRowsStatement({ ...table, columns }, from, PIECE_ROWS);
      return (await session.query(statement)).rows;
    });
    let piece = "";
    for (const row of rows) {
      const cells = columns.map((column, at) => {
        const text = row[`c${at}`];
        return cellToText(column.type, typeof text === "string" ? text : null);
      });
      piece += csvLine([row.id, ...cells], isText);
    }
    if (piece !== "") yield piece;
    if (rows.length < PIECE_ROWS) return;
    after = rows.at(-1)?.id ?? null;
  }
}
