import type { Column } from "@steward/sdk";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { ActionMenu, type MenuAction } from "../ui/ActionMenu.tsx";
import { classes } from "../ui/classes.ts";
import { Icon } from "../ui/Icon.tsx";
import { visible } from "../visible.ts";
import { LEADING } from "./grid-columns.ts";
import { sortOf, useTableView } from "./use-table-view.ts";

const { grid: words, types } = say.data.tables;
const CELL = "flex h-8 min-w-0 items-center border-r border-line/60 bg-surface-1 -outline-offset-2";

/** The line of headers: each column's name with what can be done with it. */
export function GridHead({
  columns,
  active,
  writes,
  all,
  selectAll,
  focus,
}: {
  columns: readonly Column[];
  active: number | null;
  writes: boolean;
  all: boolean;
  selectAll: () => void;
  /** Told where the focus came to. */
  focus: (row: number, column: number) => void;
}) {
  return (
    <div
      role="row"
      aria-rowindex={1}
      className="sticky top-0 z-10 grid w-max min-w-full grid-cols-(--grid-columns) border-b border-line bg-surface-1 text-12 font-medium text-text-2"
    >
      <div
        role="columnheader"
        aria-label={words.select}
        aria-colindex={1}
        className={classes(CELL, "sticky left-0 z-[5] justify-center border-r-0")}
      >
        {writes && (
          <input
            type="checkbox"
            data-cell="-1:0"
            tabIndex={active === 0 ? 0 : -1}
            aria-label={words.selectAll}
            checked={all}
            onFocus={() => focus(-1, 0)}
            onChange={selectAll}
          />
        )}
      </div>
      <div
        role="columnheader"
        aria-colindex={2}
        data-cell="-1:1"
        tabIndex={active === 1 ? 0 : -1}
        onFocus={() => focus(-1, 1)}
        className={classes(CELL, "sticky left-9 z-[5]")}
      >
        <span className="sr-only">{words.rowNumber}</span>
      </div>
      {columns.map((column, index) => (
        <ColumnHead
          key={column.name}
          column={column}
          index={index + LEADING}
          active={active === index + LEADING}
          focus={() => focus(-1, index + LEADING)}
        />
      ))}
    </div>
  );
}

function ColumnHead({
  column,
  index,
  active,
  focus,
}: {
  column: Column;
  index: number;
  active: boolean;
  focus: () => void;
}) {
  const view = useTableView();
  const actions = useColumnActions(column);
  const sort = sortOf(view.asked.sort);
  const sorted = sort?.column === column.name ? (sort.falling ? "descending" : "ascending") : undefined;
  return (
    <div
      role="columnheader"
      aria-colindex={index + 1}
      aria-sort={sorted}
      data-cell={`-1:${index}`}
      tabIndex={-1}
      onFocus={focus}
      className={CELL}
    >
      <ActionMenu
        label={words.column(column.name, types[column.type], column.required)}
        tabIndex={active ? 0 : -1}
        triggerClass="flex h-full min-w-0 flex-1 items-center gap-1.5 px-2 text-left -outline-offset-2 hover:bg-surface-2"
        trigger={
          <>
            {/* Where both have no room, the type falls to a second line, which isn't seen. */}
            <span className="flex h-4 min-w-0 flex-1 flex-wrap justify-between gap-x-1.5 overflow-hidden">
              <span className="max-w-full truncate text-text-1">
                {visible(column.name)}
                {column.required && <span className="text-text-3"> *</span>}
              </span>{" "}
              <span className="font-normal text-text-3">{types[column.type]}</span>
            </span>
            {sorted && <Icon name="chevron" className={`size-3 ${sort?.falling ? "rotate-90" : "-rotate-90"}`} />}
          </>
        }
        actions={actions}
      />
    </div>
  );
}

function useColumnActions(column: Column): readonly MenuAction[] {
  const { may } = useSession();
  const { go, asked } = useTableView();
  const { name, type } = column;
  const sorting: MenuAction[] =
    type === "json"
      ? []
      : [
          { label: words.ascending, run: () => go({ sort: name }) },
          { label: words.descending, run: () => go({ sort: `${name}:desc` }) },
          ...(asked.sort === undefined ? [] : [{ label: words.unsorted, run: () => go({ sort: undefined }) }]),
        ];
  const design: MenuAction[] = may("table.design")
    ? [{ label: words.changeColumn, run: () => go({ column: name, panel: undefined, row: undefined }) }]
    : [];
  return [
    ...sorting,
    { label: words.filterBy, run: () => go({ panel: "filter", column: name, row: undefined }) },
    ...design,
  ];
}
