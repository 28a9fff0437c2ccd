import type { Column, Row } from "@steward/sdk";
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef } from "react";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { gridTemplate, LEADING } from "./grid-columns.ts";
import { GridHead } from "./GridHead.tsx";
import { GridRow } from "./GridRow.tsx";
import type { GridEdits } from "./use-cell-edits.ts";
import { type GridCursor, useGridCursor } from "./use-grid-cursor.ts";
import type { RowSelection } from "./use-row-selection.ts";
import { useTableView } from "./use-table-view.ts";

const { grid: words } = say.data.tables;

/** Rows as a grid: the arrow keys move in it, Enter edits, X selects; one stop of the Tab key. */
export function Grid({
  name,
  columns,
  rows,
  count,
  edits,
  selection,
  foot,
}: {
  name: string;
  columns: readonly Column[];
  rows: readonly Row[];
  /** All that match, -1 where that isn't known exactly. */
  count: number;
  edits: GridEdits;
  selection: RowSelection;
  foot: ReactNode;
}) {
  const { may } = useSession();
  const view = useTableView();
  const writes = may("table.write");
  const box = useRef<HTMLDivElement>(null);
  const cursor = useGridCursor(box, { rows: rows.length, columns: columns.length + LEADING });
  const acts = useRowActs({ columns, edits, selection, cursor });
  const press = useKeys({ rows, writes, selection, cursor });
  const { active, editing } = cursor;
  return (
    <div className="min-h-0 flex-1 overflow-auto border-t border-line" data-grid-box>
      <div
        ref={box}
        role="grid"
        aria-label={words.label(name)}
        aria-describedby="grid-keys"
        aria-rowcount={count === -1 ? -1 : count + 1}
        aria-colcount={columns.length + LEADING}
        aria-multiselectable={writes}
        onKeyDownCapture={press}
        className="w-max min-w-full scroll-pt-8"
        style={{ ["--grid-columns" as string]: gridTemplate(columns) }}
      >
        <GridHead
          columns={columns}
          active={active.row === -1 ? active.column : null}
          writes={writes}
          all={rows.length > 0 && selection.ids.size === rows.length}
          selectAll={selection.toggleAll}
          focus={acts.focus}
        />
        {rows.map((row, at) => (
          <GridRow
            key={row.id}
            table={view.id}
            search={view.search}
            columns={columns}
            row={row}
            edits={edits.of(row.id)}
            at={at}
            active={active.row === at ? active.column : null}
            editing={editing && active.row === at}
            selected={selection.ids.has(row.id)}
            writes={writes}
            acts={acts}
          />
        ))}
      </div>
      {foot}
    </div>
  );
}

interface Parts {
  readonly columns: readonly Column[];
  readonly edits: GridEdits;
  readonly selection: RowSelection;
  readonly cursor: GridCursor;
}

/** The same functions at every rendering, so that a row is drawn anew only when something of it changed. */
function useRowActs(parts: Parts) {
  const latest = useRef(parts);
  useEffect(() => {
    latest.current = parts;
  });
  return useMemo(() => {
    const now = () => latest.current;
    return {
      focus: (row: number, column: number) => now().cursor.note({ row, column }),
      edit: (row: number, column: number) => now().cursor.edit({ row, column }),
      cancel: () => now().cursor.leave("stay"),
      select: (at: number, range: boolean) => now().selection.toggle(at, range),
      save: (row: Row, _at: number, column: number, value: Row["values"][string], after: "stay" | 1 | -1) => {
        const { columns, edits, cursor } = now();
        const name = columns[column - LEADING]?.name;
        if (name !== undefined) edits.commit(row, name, value);
        cursor.leave(after);
      },
    };
  }, []);
}

function useKeys({
  rows,
  writes,
  selection,
  cursor,
}: {
  rows: readonly Row[];
  writes: boolean;
  selection: RowSelection;
  cursor: GridCursor;
}) {
  return (event: KeyboardEvent) => {
    const { active, editing } = cursor;
    if (editing || event.altKey || event.nativeEvent.isComposing) return;
    // What a column's menu hears while it is open comes by here too.
    if (!(event.target instanceof Node && event.currentTarget.contains(event.target))) return;
    const onValue = active.row >= 0 && active.column >= LEADING;
    const { key } = event;
    if (key.toLowerCase() === "x" && !event.ctrlKey && !event.metaKey && active.row >= 0 && writes) {
      selection.toggle(active.row, event.shiftKey);
    } else if ((key === "Enter" || key === "F2") && onValue && writes && rows[active.row]) {
      cursor.edit(active);
    } else if (!cursor.move(key, event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
  };
}
