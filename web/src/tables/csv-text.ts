/** CSV as the page makes and reads little of it (RFC 4180). Pure. */
import type { Column, Row } from "@steward/sdk";
import { editedCell } from "./cell-value.ts";

/** Rows with their ids, as an import takes them: the same rows again, but for texts that are empty, which CSV can't tell. */
export function csvOfRows(columns: readonly Column[], rows: readonly Row[]): string {
  const lines = rows.map(({ id, values }) => [
    id,
    ...columns.map((column) => editedCell(column, values[column.name] ?? null)),
  ]);
  return [["id", ...columns.map(({ name }) => name)], ...lines]
    .map((cells) => `${cells.map(quoted).join(",")}\r\n`)
    .join("");
}

function quoted(cell: string): string {
  return /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

export const DELIMITERS = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof DELIMITERS)[number];
const HEADERS_MAX = 500;

/** The first line's cells; quotes may hold delimiters and breaks. */
export function headersOf(text: string, delimiter: Delimiter): readonly string[] {
  const cells: string[] = [];
  let cell = "";
  let inQuotes = false;
  const source = text.replace(/^\uFEFF/, "");
  for (let at = 0; at < source.length && cells.length < HEADERS_MAX; at++) {
    const one = source[at] ?? "";
    if (inQuotes) {
      if (one !== '"') cell += one;
      else if (source[at + 1] === '"') cell += source[++at] ?? "";
      else inQuotes = false;
    } else if (one === '"' && cell === "") inQuotes = true;
    else if (one === delimiter) {
      cells.push(cell);
      cell = "";
    } else if (one === "\n" || one === "\r") break;
    else cell += one;
  }
  return [...cells, cell];
}

/** The one that parts the first line into most. */
export function guessDelimiter(text: string): Delimiter {
  const counts = DELIMITERS.map((one) => headersOf(text, one).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ",";
}

/** Where each header goes: the column of its name, letter case aside; else nowhere. A row's own `id` goes to itself. */
export function guessMap(headers: readonly string[], columns: readonly Column[]): readonly (string | null)[] {
  const taken = new Set<string>();
  return headers.map((header) => {
    const name = header.trim();
    const found = name === "id" ? "id" : columns.find((one) => one.name.toLowerCase() === name.toLowerCase())?.name;
    if (found === undefined || taken.has(found)) return null;
    taken.add(found);
    return found;
  });
}
