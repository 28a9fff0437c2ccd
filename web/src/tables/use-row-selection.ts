import type { Row } from "@steward/sdk";
import { useRef, useState } from "react";

export interface RowSelection {
  readonly ids: ReadonlySet<string>;
  /** `range` selects all between this one and the one before. */
  readonly toggle: (at: number, range: boolean) => void;
  readonly toggleAll: () => void;
  readonly clear: () => void;
}

/** Which of the rows that are shown are selected. */
export function useRowSelection(rows: readonly Row[]): RowSelection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string | null>(null);
  // Rows that are not shown any more are not acted on.
  const ids = new Set(rows.map(({ id }) => id).filter((id) => chosen.has(id)));
  return {
    ids,
    toggle(at, range) {
      const row = rows[at];
      if (!row) return;
      const from = range ? rows.findIndex(({ id }) => id === last.current) : -1;
      const between = from === -1 ? [row] : rows.slice(Math.min(from, at), Math.max(from, at) + 1);
      const next = new Set(ids);
      for (const { id } of between) {
        if (from === -1 && ids.has(id)) next.delete(id);
        else next.add(id);
      }
      last.current = row.id;
      setChosen(next);
    },
    toggleAll: () => setChosen(ids.size === rows.length ? new Set() : new Set(rows.map(({ id }) => id))),
    clear: () => setChosen(new Set()),
  };
}
