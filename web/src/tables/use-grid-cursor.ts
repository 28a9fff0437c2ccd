import { type RefObject, useEffect, useRef, useState } from "react";
import { LEADING } from "./grid-columns.ts";
import { type GridPlace, type GridSize, movedTo, nextCell } from "./grid-move.ts";

export interface GridCursor {
  /** The one cell that the Tab key goes to. */
  readonly active: GridPlace;
  readonly editing: boolean;
  /** The focus came to a cell by itself. */
  readonly note: (at: GridPlace) => void;
  /** Follows a key; false when the key moves nothing. */
  readonly move: (key: string, mod: boolean) => boolean;
  readonly edit: (at: GridPlace) => void;
  /** Ends editing: the focus stays, or the cell after or before is edited. */
  readonly leave: (after: "stay" | 1 | -1) => void;
}

/** Where the keyboard is in a grid, and the focus there. */
export function useGridCursor(grid: RefObject<HTMLElement | null>, size: GridSize): GridCursor {
  const [given, setActive] = useState<GridPlace>({ row: 0, column: LEADING });
  const [editing, setEditing] = useState(false);
  const wanted = useRef(false);
  // Rows and columns may have gone since.
  const active = {
    row: Math.max(-1, Math.min(given.row, size.rows - 1)),
    column: Math.min(given.column, size.columns - 1),
  };

  useEffect(() => {
    if (!wanted.current || editing) return;
    wanted.current = false;
    const cell = grid.current?.querySelector<HTMLElement>(`[data-cell="${active.row}:${active.column}"]`);
    const target = cell?.querySelector<HTMLElement>("button") ?? cell;
    target?.focus();
    target?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  const go = (at: GridPlace): void => {
    wanted.current = true;
    setActive(at);
  };
  return {
    active,
    editing,
    note(at) {
      if (at.row !== active.row || at.column !== active.column) setActive(at);
    },
    move(key, mod) {
      const to = movedTo(active, key, mod, size);
      if (to !== null) go(to);
      return to !== null;
    },
    edit(at) {
      setActive(at);
      setEditing(true);
    },
    leave(after) {
      const to = after === "stay" ? null : nextCell(active, after, size, LEADING);
      go(to ?? active);
      setEditing(to !== null);
    },
  };
}
