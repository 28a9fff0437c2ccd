/** Lines of CSV (RFC 4180), and what keeps a spreadsheet from running what is in them. */

/** What a spreadsheet takes for the begin of a formula (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r]/;

/** One line, ended by CR LF. `safeTexts` puts an apostrophe before cells that look like formulas, where `texts` says it is a text. */
export function csvLine(cells: readonly string[], safeTexts: (column: number) => boolean): string {
  const line = cells.map((cell, at) => quoted(safeTexts(at) && FORMULA.test(cell) ? `'${cell}` : cell));
  return `${line.join(",")}\r\n`;
}

function quoted(cell: string): string {
  return /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
