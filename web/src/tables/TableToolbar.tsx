import type { Row, RowPage, Table } from "@steward/sdk";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { Chip } from "../ui/Chip.tsx";
import { SearchField } from "../ui/SearchField.tsx";
import { FilterForm } from "./FilterForm.tsx";
import { filterWords } from "./row-filter.ts";
import { useDeleteRows } from "./use-delete-rows.ts";
import type { RowSelection } from "./use-row-selection.ts";
import { sortOf, useTableView } from "./use-table-view.ts";

const { tables: words } = say.data;

/** What is looked for, as chips that can be taken off; how many match; what is selected and can be done with it. */
export function TableToolbar({
  table,
  rows,
  count,
  selection,
}: {
  table: Table;
  rows: readonly Row[];
  count: RowPage["count"];
  selection: RowSelection;
}) {
  const { search, asked, go } = useTableView();
  const filtering = search.panel === "filter";
  const sort = sortOf(asked.sort);
  return (
    <div className="flex min-h-12 shrink-0 flex-wrap items-center gap-2 px-4 py-2 md:px-6">
      <SearchField
        label={words.grid.search}
        value={asked.search ?? ""}
        change={(next) => go({ search: next }, { replace: true })}
      />
      {filtering ? (
        <FilterForm key={search.column} columns={table.columns} />
      ) : (
        <Button onClick={() => go({ panel: "filter", column: undefined, row: undefined })}>{words.filter.add}</Button>
      )}
      {asked.filters.map((filter, at) => {
        const [field, op, value] = filterWords(filter, table.columns);
        return (
          <Chip
            key={`${at} ${filter.field}`}
            removeLabel={words.filter.remove(filter.field)}
            remove={() => {
              const left = asked.filters.filter((_, index) => index !== at);
              go({ filters: left.length === 0 ? undefined : left });
            }}
          >
            <span className="text-text-3">
              {field} {op}
            </span>{" "}
            <span className="max-w-48 truncate">{value}</span>
          </Chip>
        );
      })}
      {sort && (
        <Chip removeLabel={words.filter.removeSort} remove={() => go({ sort: undefined })}>
          {words.filter.sorted(sort.column, sort.falling)}
        </Chip>
      )}
      {selection.ids.size > 0 ? (
        <Selected table={table} rows={rows} selection={selection} />
      ) : (
        <span role="status" className="ml-auto text-12 text-text-3">
          {count && words.grid.count(count.rows, count.more)}
        </span>
      )}
    </div>
  );
}

function Selected({ table, rows, selection }: { table: Table; rows: readonly Row[]; selection: RowSelection }) {
  const remove = useDeleteRows(table);
  const { ids, clear } = selection;
  const act = () => {
    remove.mutate(rows.filter(({ id }) => ids.has(id)));
    clear();
  };
  return (
    <span className="ml-auto inline-flex items-center gap-2 text-13">
      <span role="status" className="max-md:sr-only">
        {words.row.selected(ids.size)}
      </span>
      <Button look="danger" onClick={act}>
        {words.row.deleteMany(ids.size)}
      </Button>
      <Button look="quiet" onClick={clear}>
        {words.row.unselect}
      </Button>
    </span>
  );
}
