/** Which rows of a table the address asks for, and how it is changed. */
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { RowsAsked } from "../api/data-queries.ts";
import { paths, type TableSearch } from "../paths.ts";

export interface TableView {
  readonly id: string;
  readonly search: TableSearch;
  readonly asked: RowsAsked;
  /** Changes the address; what isn't named stays. */
  readonly go: (next: TableSearch, how?: { readonly replace?: boolean }) => void;
  readonly closePanel: () => void;
}

export function useTableView(): TableView {
  const { table: id } = useParams({ from: "/tables/$table" });
  const search = useSearch({ from: "/tables/$table" });
  const navigate = useNavigate();
  const { filters = [], sort, search: words } = search;
  const go: TableView["go"] = (next, { replace = false } = {}) =>
    void navigate({ ...paths.table(id, { ...search, ...next }), replace });
  return {
    id,
    search,
    asked: { filters, sort, search: words },
    go,
    closePanel: () => go({ panel: undefined, column: undefined, row: undefined }),
  };
}

/** The column and direction of a sorting. */
export function sortOf(sort: string | undefined): { readonly column: string; readonly falling: boolean } | null {
  if (sort === undefined) return null;
  return { column: sort.replace(/:(?:asc|desc)$/, ""), falling: sort.endsWith(":desc") };
}
