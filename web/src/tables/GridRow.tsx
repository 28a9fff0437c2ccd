import type { Column, Row } from "@steward/sdk";
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { Json } from "../json-text.ts";
import { say } from "../language.ts";
import { paths, type TableSearch } from "../paths.ts";
import { classes } from "../ui/classes.ts";
import { visible } from "../visible.ts";
import { CellEditor, type After } from "./CellEditor.tsx";
import { type CellEdit, shownValue } from "./create-cell-edits.ts";
import { shownCell } from "./cell-value.ts";
import { LEADING } from "./grid-columns.ts";

const { grid: words } = say.data.tables;

/** What rows do, the same functions at every rendering. */
export interface RowActs {
  readonly focus: (row: number, column: number) => void;
  readonly edit: (row: number, column: number) => void;
  readonly save: (row: Row, at: number, column: number, value: Json, after: After) => void;
  readonly cancel: () => void;
  readonly select: (at: number, range: boolean) => void;
}

export interface GridRowProps {
  readonly table: string;
  readonly search: TableSearch;
  readonly columns: readonly Column[];
  readonly row: Row;
  /** The edits of this row; the same list as long as they are the same. */
  readonly edits: readonly CellEdit[];
  readonly at: number;
  /** The column that the keyboard is in, when it is in this row. */
  readonly active: number | null;
  readonly editing: boolean;
  readonly selected: boolean;
  readonly writes: boolean;
  readonly acts: RowActs;
}

const CELL = "relative flex min-w-0 items-center border-r border-line/60 px-2 -outline-offset-2";

function Unmemoized(props: GridRowProps) {
  const { table, search, row, at, active, selected, writes, acts } = props;
  const open = search.row === row.id;
  return (
    <div
      role="row"
      aria-rowindex={at + 2}
      aria-selected={writes ? selected : undefined}
      className={classes(
        "group grid h-8 grid-cols-(--grid-columns) border-b border-line/60 text-13",
        selected || open ? "bg-surface-2" : "bg-surface-0 hover:bg-surface-1",
      )}
    >
      <div
        role="gridcell"
        aria-colindex={1}
        className={classes(CELL, "sticky left-0 z-[5] justify-center border-r-0 bg-inherit px-0")}
      >
        {writes && (
          <input
            type="checkbox"
            data-cell={`${at}:0`}
            tabIndex={active === 0 ? 0 : -1}
            aria-label={words.selectRow(at + 1)}
            checked={selected}
            onFocus={() => acts.focus(at, 0)}
            onClick={(event) => acts.select(at, event.shiftKey)}
            onChange={() => undefined}
          />
        )}
      </div>
      <div role="rowheader" aria-colindex={2} className={classes(CELL, "sticky left-9 z-[5] bg-inherit px-0")}>
        <Link
          {...paths.table(table, { ...search, row: row.id, column: undefined, panel: undefined })}
          data-cell={`${at}:1`}
          tabIndex={active === 1 ? 0 : -1}
          aria-label={words.open(at + 1)}
          title={words.open(at + 1)}
          onFocus={() => acts.focus(at, 1)}
          className="flex h-full w-full items-center justify-end pr-2 text-12 text-text-3 -outline-offset-2 hover:text-text-1 hover:underline"
        >
          {at + 1}
        </Link>
      </div>
      {props.columns.map((column, index) => (
        <ValueCell
          key={column.name}
          column={column}
          index={index + LEADING}
          value={shownValue(props.edits, row, column.name)}
          of={props}
        />
      ))}
    </div>
  );
}

/** Drawn anew only when something of it changed: moving about touches two rows of thousands. */
export const GridRow = memo(Unmemoized);

function ValueCell({ column, index, value, of }: { column: Column; index: number; value: Json; of: GridRowProps }) {
  const { row, at, active, editing, writes, acts } = of;
  const text = visible(shownCell(column, value));
  const edited = editing && active === index;
  return (
    <div
      role="gridcell"
      aria-colindex={index + 1}
      aria-readonly={writes ? undefined : true}
      data-cell={`${at}:${index}`}
      tabIndex={active === index && !edited ? 0 : -1}
      onFocus={({ target, currentTarget }) => target === currentTarget && acts.focus(at, index)}
      onDoubleClick={() => writes && acts.edit(at, index)}
      className={classes(
        CELL,
        (column.type === "number" || column.type === "integer") && "justify-end",
        column.type === "json" && "font-mono text-12",
        !edited && "overflow-hidden",
      )}
    >
      {edited ? (
        <CellEditor
          column={column}
          value={value}
          save={(next, after) => acts.save(row, at, index, next, after)}
          cancel={acts.cancel}
        />
      ) : (
        <span className="truncate" title={text.length > 20 ? text : undefined}>
          {text}
        </span>
      )}
    </div>
  );
}
