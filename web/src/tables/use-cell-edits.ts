import type { Row, RowPage } from "@steward/sdk";
import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState, useSyncExternalStore } from "react";
import { useClient } from "../api/client.ts";
import { dataKeys } from "../api/data-queries.ts";
import { useSession } from "../api/session.ts";
import { type CellEdit, type CellEdits, createCellEdits } from "./create-cell-edits.ts";

const NO_EDITS: readonly CellEdit[] = [];
export type RowPages = InfiniteData<RowPage>;

export interface GridEdits extends Pick<CellEdits, "commit" | "overrule" | "discard"> {
  readonly list: readonly CellEdit[];
  /** Those of a row; the same list as long as nothing of it changes. */
  readonly of: (row: string) => readonly CellEdit[];
}

/** Edits of a table's rows, whichever of them are shown. */
export function useCellEdits(table: string): GridEdits {
  const client = useClient();
  const queries = useQueryClient();
  const { here } = useSession();
  const project = here.project.id;
  const [edits] = useState(() =>
    createCellEdits({
      known: (row) => findRow(queries, project, table, row),
      save: (row, version, values) => client.updateRow({ table, row, body: { version, values } }),
      read: (row) => client.getRow({ table, row }),
      heard: (row) => putRow(queries, project, table, row),
    }),
  );
  const list = useSyncExternalStore(edits.subscribe, edits.all);
  const { commit, overrule, discard } = edits;
  const byRow = useMemo(() => Map.groupBy(list, ({ row }) => row), [list]);
  return { list, commit, overrule, discard, of: (row) => byRow.get(row) ?? NO_EDITS };
}

export function rowsOf(pages: RowPages | undefined): readonly Row[] {
  return pages?.pages.flatMap(({ items }) => items) ?? [];
}

function findRow(queries: QueryClient, project: string, table: string, id: string): Row | undefined {
  const lists = queries.getQueriesData<RowPages>({ queryKey: dataKeys.rows(project, table), type: "active" });
  return lists.flatMap(([, pages]) => rowsOf(pages)).find((row) => row.id === id);
}

/** Puts a row where it is shown, as it is now. */
export function putRow(queries: QueryClient, project: string, table: string, row: Row): void {
  queries.setQueriesData<RowPages>({ queryKey: dataKeys.rows(project, table) }, (list) =>
    list === undefined
      ? list
      : {
          ...list,
          pages: list.pages.map((page) => ({
            ...page,
            items: page.items.map((one) => (one.id === row.id ? row : one)),
          })),
        },
  );
  queries.setQueryData(dataKeys.row(project, table, row.id), row);
}
