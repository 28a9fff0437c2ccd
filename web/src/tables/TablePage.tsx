import type { Table } from "@steward/sdk";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { rowsQuery, tableQuery } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { NotFound } from "../shell/NotFound.tsx";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { More } from "../ui/More.tsx";
import { Page } from "../ui/Page.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { EditNotes } from "./EditNotes.tsx";
import { Grid } from "./Grid.tsx";
import { TableActions } from "./TableActions.tsx";
import { TablePanel } from "./TablePanel.tsx";
import { TableToolbar } from "./TableToolbar.tsx";
import { rowsOf, useCellEdits } from "./use-cell-edits.ts";
import { useRowSelection } from "./use-row-selection.ts";
import { useTableView } from "./use-table-view.ts";

const { tables: words } = say.data;
/** Of rows in one page of the browser, however many the table has. */
const ROWS_MAX = 1000;

/** A table's rows, to read, search and change. */
export function TablePage() {
  const { may } = useSession();
  return may("table.read") ? <Loaded /> : <NotFound />;
}

function Loaded() {
  const { id } = useTableView();
  const { here } = useSession();
  const table = useQuery(tableQuery(useClient(), here.project.id, id));
  return (
    <Page
      trail={
        <Link {...paths.tables()} className="hover:underline">
          {words.title}
        </Link>
      }
      title={table.data?.name ?? words.title}
      panel={table.data && <TablePanel table={table.data} />}
      actions={table.data && <TableActions table={table.data} />}
    >
      {table.isPending && <Skeleton />}
      {table.isError && (
        <div className="p-4 md:px-6">
          <ErrorNote error={table.error} retry={() => void table.refetch()} />
        </div>
      )}
      {table.data && <Rows key={table.data.id} table={table.data} />}
    </Page>
  );
}

function Rows({ table }: { table: Table }) {
  const view = useTableView();
  const { here, may } = useSession();
  const list = useInfiniteQuery(rowsQuery(useClient(), here.project.id, table.id, view.asked));
  const rows = rowsOf(list.data);
  const edits = useCellEdits(table.id);
  const selection = useRowSelection(rows);
  const count = list.data?.pages[0]?.count ?? null;
  if (table.columns.length === 0)
    return (
      <EmptyState title={words.grid.noColumns} what={words.grid.noColumnsWhat}>
        {may("table.design") && (
          <Link {...paths.table(table.id, { panel: "add-column" })} className={buttonClasses("primary")}>
            {words.form.addColumn}
          </Link>
        )}
      </EmptyState>
    );
  return (
    <div className="flex h-full flex-col">
      <TableToolbar table={table} count={count} selection={selection} rows={rows} />
      {list.isError && (
        <div className="px-4 pb-3 md:px-6">
          <ErrorNote error={list.error} retry={() => void list.refetch()} />
        </div>
      )}
      {list.isPending && <Skeleton />}
      {list.isSuccess && rows.length === 0 && <NoRows table={table} />}
      {rows.length > 0 && (
        <Grid
          name={table.name}
          columns={table.columns}
          rows={rows}
          count={count === null || count.more ? -1 : count.rows}
          edits={edits}
          selection={selection}
          foot={<Foot list={list} shown={rows.length} />}
        />
      )}
      <EditNotes edits={edits} columns={table.columns} />
    </div>
  );
}

function Foot({
  list,
  shown,
}: {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };
  shown: number;
}) {
  const { may } = useSession();
  const full = shown >= ROWS_MAX && list.hasNextPage;
  const next = list.hasNextPage && !full ? () => void list.fetchNextPage() : null;
  return (
    <div className="sticky left-0 flex w-[100cqw] flex-wrap items-center justify-between gap-x-4">
      {full ? (
        <p className="px-4 py-3 text-12 text-text-2 md:px-6">{words.grid.limit(ROWS_MAX)}</p>
      ) : (
        <More count={shown} noun={words.grid.rowNoun} next={next} busy={list.isFetchingNextPage} />
      )}
      <p id="grid-keys" className="px-4 pb-2 text-12 text-text-3 max-md:sr-only md:px-6">
        {may("table.write") ? words.grid.keys : words.grid.keysReading}
      </p>
    </div>
  );
}

function NoRows({ table }: { table: Table }) {
  const { asked, go } = useTableView();
  const { may } = useSession();
  const { grid } = words;
  if (asked.filters.length > 0 || asked.search !== undefined)
    return (
      <EmptyState title={grid.nothing} what={grid.nothingWhat}>
        <Button onClick={() => go({ filters: undefined, search: undefined })}>{say.runs.nothingWay}</Button>
      </EmptyState>
    );
  return (
    <EmptyState title={grid.none} what={grid.noneWhat}>
      {may("table.write") && (
        <div className="flex gap-2">
          <Link {...paths.table(table.id, { panel: "add-row" })} className={buttonClasses("primary")}>
            {words.row.new}
          </Link>
          <Link {...paths.table(table.id, { panel: "import" })} className={buttonClasses("plain")}>
            {words.import.do}
          </Link>
        </div>
      )}
    </EmptyState>
  );
}
