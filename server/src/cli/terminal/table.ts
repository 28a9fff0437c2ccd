export interface Column {
  readonly title: string;
  readonly right?: boolean;
}

const GAP = "  ";

/** Lines of an aligned table under its titles; the last column is cut to fit `columns`, nothing is cut when it is null. */
export function tableLines(
  titles: readonly Column[],
  rows: readonly (readonly string[])[],
  columns: number | null,
): string[] {
  const widths = titles.map((column, at) =>
    Math.max(column.title.length, ...rows.map((row) => visibleLength(row[at] ?? ""))),
  );
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, at) => {
      if (at === cells.length - 1 && titles[at]?.right !== true) return cell;
      const pad = " ".repeat(Math.max(0, (widths[at] ?? 0) - visibleLength(cell)));
      return titles[at]?.right === true ? pad + cell : cell + pad;
    });
    return cut(padded.join(GAP), columns).trimEnd();
  };
  return [line(titles.map((column) => column.title)), ...rows.map(line)];
}

/** How many characters a text shows, its colours not counted. */
export function visibleLength(text: string): number {
  return text.replaceAll(/\p{Cc}\[\d{1,2}m/gu, "").length;
}

function cut(line: string, columns: number | null): string {
  if (columns === null || visibleLength(line) <= columns) return line;
  let room = columns - 1;
  let kept = "";
  for (const part of line.split(/(\p{Cc}\[\d{1,2}m)/u)) {
    // A colour that was begun is ended even when what it coloured is cut.
    if (/^\p{Cc}\[/u.test(part)) {
      kept += part;
      continue;
    }
    kept += part.slice(0, Math.max(0, room));
    if (room >= 0 && part.length > room) kept += "…";
    room -= room >= 0 && part.length > room ? room + 1 : part.length;
  }
  return kept;
}
