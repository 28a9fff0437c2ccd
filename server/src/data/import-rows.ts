/**
 * A CSV file into a table, as it comes in: a batch is checked and inserted while the next one is read, so that memory
 * doesn't grow with the file. One transaction: what fails leaves nothing.
 */
import type { Imported } from "@steward/sdk";
import { z } from "zod";
import { AppError } from "../core/errors.ts";
import { sqlState, type Transaction } from "../core/ports/database.ts";
import { messageOf } from "../core/thrown.ts";
import { parseJson } from "../core/parse-json.ts";
import { cellOfText } from "../core/table/cell.ts";
import { sameName } from "../core/table/name.ts";
import { insertRowsStatement } from "../store/grid-rows.ts";
import { estimateRowsStatement, type GridColumn, type GridTable } from "../store/grid-tables.ts";
import { changing, invalid } from "./find-table.ts";
import { paced } from "./import-turns.ts";
import { readCsv, type CsvRecord } from "./read-csv.ts";
import type { TableCaller, TableParts } from "./table-parts.ts";

export interface ImportOptions {
  readonly onError: "fail" | "skip";
  readonly map?: string | undefined;
  readonly delimiter: string;
}

const IMPORT_MS_MAX = 600_000;
const ROWS_MAX = 1_000_000;
const BATCH_ROWS = 1000;
const BATCH_CHARS = 2_000_000;
const PROBLEMS_SHOWN = 100;
const REJECTED_MAX = 10_000;
const HeaderMap = z.record(z.string(), z.string().nullable());

/** Which cell of a record goes where; `id` is the row's own. */
type Target = GridColumn | "id" | null;

interface NewRow {
  readonly id: string;
  /** By the columns of the file. */
  readonly texts: readonly (string | null)[];
  readonly line: number;
}

interface Load {
  readonly table: GridTable;
  readonly columns: readonly GridColumn[];
  readonly skip: boolean;
  imported: number;
  rejected: number;
  readonly problems: Imported["problems"];
}

/**
 * Adds the file's rows. With `fail` the first that doesn't fit is thrown as `value_invalid` with `line` and `field` and
 * nothing stays; with `skip` such are left out and told of. 1,000,000 rows at most, in 10 minutes.
 */
export async function importRows(
  parts: TableParts,
  by: TableCaller,
  id: string,
  options: ImportOptions,
  bytes: AsyncIterable<Uint8Array>,
): Promise<Imported> {
  return await parts.imports.run(by.scope.project, () => importFile(parts, by, id, options, paced(bytes, parts.clock)));
}

async function importFile(
  parts: TableParts,
  by: TableCaller,
  id: string,
  options: ImportOptions,
  bytes: AsyncIterable<Uint8Array>,
): Promise<Imported> {
  return await changing(
    parts,
    by,
    id,
    { mode: "write", timeoutMs: IMPORT_MS_MAX },
    async (session, table, announce) => {
      let load: Load | null = null;
      let targets: readonly Target[] = [];
      let batch: NewRow[] = [];
      let chars = 0;
      for await (const record of readCsv(bytes, options.delimiter)) {
        if (load === null) {
          targets = targetsOf(table, record.cells, options.map);
          load = newLoad(table, targets, options.onError === "skip");
          continue;
        }
        const row = rowOf(load, targets, record, () => parts.ids.uuid());
        if (row === null) continue;
        batch.push(row);
        chars += row.texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
        if (batch.length < BATCH_ROWS && chars < BATCH_CHARS) continue;
        await insertBatch(session, load, batch);
        batch = [];
        chars = 0;
      }
      if (load === null) throw new AppError("value_invalid", "The file is empty: it begins with a line of headers.");
      await insertBatch(session, load, batch);
      await session.query(estimateRowsStatement(table));
      const { imported, rejected, problems } = load;
      await announce("table.imported", table.id, { imported, rejected });
      return { imported, rejected, problems };
    },
  );
}

function newLoad(table: GridTable, targets: readonly Target[], skip: boolean): Load {
  const columns = targets.filter((target) => target !== null && target !== "id");
  const missing = table.columns.find((column) => column.required && !columns.includes(column));
  if (missing) throw invalid(missing.name, "is required, and the file has no such header");
  return { table, columns, skip, imported: 0, rejected: 0, problems: [] };
}

function targetsOf(table: GridTable, headers: readonly string[], mapText: string | undefined): readonly Target[] {
  const map = mapOf(mapText);
  const targets = headers.map((header): Target => {
    const name = map.has(header) ? map.get(header) : header.trim();
    if (name === null || name === undefined) return null;
    if (name === "id") return "id";
    const column =
      table.columns.find((one) => one.name === name) ?? table.columns.find((one) => sameName(one.name, name));
    if (column) return column;
    const text = `the table has no column for the header "${header.slice(0, 100)}": add one, or map the header to a column or to null`;
    throw invalid("map", text);
  });
  const named = targets.filter((target) => target !== null);
  if (new Set(named).size !== named.length) throw invalid("map", "two headers of the file go to one column");
  if (named.length === 0) throw invalid("map", "no header of the file goes to a column");
  return targets;
}

function mapOf(text: string | undefined): ReadonlyMap<string, string | null> {
  if (text === undefined) return new Map();
  const parsed = parseJson(text);
  const map = HeaderMap.safeParse(parsed.ok ? parsed.value : null);
  if (!map.success) throw invalid("map", 'give JSON such as { "E-mail": "email", "Notes": null }');
  return new Map(Object.entries(map.data));
}

/** The row of a record, null for one that is left out. */
function rowOf(load: Load, targets: readonly Target[], { cells, line }: CsvRecord, newId: () => string): NewRow | null {
  if (load.imported + load.rejected >= ROWS_MAX)
    throw new AppError("value_invalid", `A file has at most ${ROWS_MAX} rows: split it.`, { line });
  if (cells.length > targets.length)
    return reject(load, line, null, `has ${cells.length} cells, the file has ${targets.length} headers`);
  let id: string | null = null;
  const texts: (string | null)[] = [];
  for (const [at, target] of targets.entries()) {
    if (target === null) continue;
    const text = cells[at] ?? "";
    if (target === "id") {
      if (text !== "" && !z.uuid().safeParse(text).success) return reject(load, line, "id", "is to be a UUID");
      id = text === "" ? null : text.toLowerCase();
      continue;
    }
    const cell = cellOfText(target, text);
    if (!cell.ok) return reject(load, line, target.name, cell.message);
    if (cell.text === null && target.required) return reject(load, line, target.name, "is required");
    texts.push(cell.text);
  }
  return { id: id ?? newId(), texts, line };
}

function reject(load: Load, line: number, field: string | null, message: string): null {
  if (!load.skip) {
    const where = field === null ? `line ${line}` : `line ${line}, ${field}`;
    throw new AppError("value_invalid", `${where}: ${message}`, { line, ...(field === null ? {} : { field }) });
  }
  if (++load.rejected > REJECTED_MAX)
    throw new AppError("value_invalid", `More than ${REJECTED_MAX} lines don't fit: is it the right file?`, { line });
  if (load.problems.length < PROBLEMS_SHOWN) load.problems.push({ line, field, message });
  return null;
}

/** Inserts the rows; those that the database refuses are rejected one by one, found by halving. */
async function insertBatch(session: Transaction, load: Load, rows: readonly NewRow[]): Promise<void> {
  if (rows.length === 0) return;
  const texts = load.columns.map((_, at) => rows.map((row) => row.texts[at] ?? null));
  const ids = rows.map((row) => row.id);
  await session.query({ text: "savepoint batch" });
  let added: ReadonlySet<string>;
  try {
    const result = await session.query(insertRowsStatement(load.table, load.columns, ids, texts, true));
    added = new Set(result.rows.map((row) => row.id));
  } catch (error) {
    if (!/^(?:22|23|P0|54)/.test(sqlState(error) ?? "")) throw error;
    await session.query({ text: "rollback to savepoint batch; release savepoint batch" });
    const [only] = rows;
    if (rows.length === 1 && only) return void reject(load, only.line, null, messageOf(error).slice(0, 300));
    const half = Math.ceil(rows.length / 2);
    await insertBatch(session, load, rows.slice(0, half));
    await insertBatch(session, load, rows.slice(half));
    return;
  }
  await session.query({ text: "release savepoint batch" });
  load.imported += added.size;
  if (added.size === rows.length) return;
  const counted = new Map<string, number>();
  for (const { id, line } of rows) {
    const before = counted.get(id) ?? 0;
    counted.set(id, before + 1);
    if (added.has(id) && before === 0) continue;
    reject(load, line, null, "another row has the same value in a column where each has its own");
  }
}
