/** Where a key goes in a grid. Pure. */

/** Rows and columns from 0; row -1 is the line of headers. */
export interface GridPlace {
  readonly row: number;
  readonly column: number;
}

export interface GridSize {
  readonly rows: number;
  readonly columns: number;
}

const PAGE_ROWS = 20;

/** Null for a key that doesn't move. As the ARIA Authoring Practices have grids, with J and K of the page's tables. */
export function movedTo(at: GridPlace, key: string, mod: boolean, { rows, columns }: GridSize): GridPlace | null {
  const place = (row: number, column: number): GridPlace => ({
    row: Math.max(-1, Math.min(rows - 1, row)),
    column: Math.max(0, Math.min(columns - 1, column)),
  });
  switch (key) {
    case "ArrowUp":
    case "k":
      return place(at.row - 1, at.column);
    case "ArrowDown":
    case "j":
      return place(at.row + 1, at.column);
    case "ArrowLeft":
      return place(at.row, at.column - 1);
    case "ArrowRight":
      return place(at.row, at.column + 1);
    case "Home":
      return mod ? place(0, 0) : place(at.row, 0);
    case "End":
      return mod ? place(rows - 1, columns - 1) : place(at.row, columns - 1);
    case "PageUp":
      return place(Math.max(0, at.row - PAGE_ROWS), at.column);
    case "PageDown":
      return place(at.row + PAGE_ROWS, at.column);
    default:
      return null;
  }
}

/** The cell after or before this one, in reading order from the column `first` on; null beyond either end. */
export function nextCell(at: GridPlace, by: 1 | -1, { rows, columns }: GridSize, first: number): GridPlace | null {
  const column = at.column + by;
  if (column >= first && column < columns) return { row: at.row, column };
  const row = at.row + by;
  if (row < 0 || row >= rows) return null;
  return { row, column: by === 1 ? first : columns - 1 };
}
