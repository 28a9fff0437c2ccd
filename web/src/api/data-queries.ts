/** What the page asks about a project's files and tables. Keys begin with the project: two never share an answer. */
import type { Client, RowFilter } from "@steward/sdk";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { paged } from "./people-queries.ts";

const ROWS_LIMIT = 100;

export const dataKeys = {
  /** All that is asked about files: an act on one may change the folder, the deleted ones, the space. */
  files: (project: string) => ["files", project],
  tables: (project: string) => ["tables", project],
  table: (project: string, table: string) => ["tables", project, "one", table],
  /** Of every list of its rows, whatever is asked of it. */
  rows: (project: string, table: string) => ["tables", project, "rows", table],
  row: (project: string, table: string, row: string) => ["tables", project, "row", table, row],
} as const;

export const filesQuery = (client: Client, project: string, folder: string, search: string) =>
  paged([...dataKeys.files(project), "folder", folder, search], (at) =>
    client.listFiles({ folder, search: search === "" ? undefined : search, ...at }),
  );

export const deletedFilesQuery = (client: Client, project: string) =>
  paged([...dataKeys.files(project), "deleted"], (at) => client.listDeletedFiles(at));

export const volumeQuery = (client: Client, project: string) =>
  queryOptions({
    queryKey: [...dataKeys.files(project), "volume"],
    queryFn: ({ signal }) => client.readVolume({ signal }),
  });

export const fileQuery = (client: Client, project: string, file: string) =>
  queryOptions({
    queryKey: [...dataKeys.files(project), "one", file],
    queryFn: ({ signal }) => client.getFile({ file, signal }),
  });

export const fileVersionsQuery = (client: Client, project: string, file: string) =>
  paged([...dataKeys.files(project), "versions", file], (at) => client.listFileVersions({ file, ...at }));

export const databaseQuery = (client: Client, project: string) =>
  queryOptions({
    queryKey: [...dataKeys.tables(project), "database"],
    queryFn: ({ signal }) => client.readProjectDatabase({ signal }),
  });

export const tablesQuery = (client: Client, project: string) =>
  queryOptions({
    queryKey: [...dataKeys.tables(project), "list"],
    queryFn: ({ signal }) => client.listTables({ signal }),
  });

export const tableQuery = (client: Client, project: string, table: string) =>
  queryOptions({
    queryKey: dataKeys.table(project, table),
    queryFn: ({ signal }) => client.getTable({ table, signal }),
  });

/** Which rows, in which order. */
export interface RowsAsked {
  readonly filters: readonly RowFilter[];
  readonly sort: string | undefined;
  readonly search: string | undefined;
}

/** The first page counts all that match. */
export const rowsQuery = (client: Client, project: string, table: string, { filters, sort, search }: RowsAsked) =>
  infiniteQueryOptions({
    queryKey: [...dataKeys.rows(project, table), { filters, sort, search }],
    queryFn: ({ pageParam, signal }) =>
      client.listRows({
        table,
        filter: filters.length === 0 ? undefined : JSON.stringify(filters),
        sort,
        search,
        count: pageParam === "" ? "true" : "false",
        cursor: pageParam || undefined,
        limit: ROWS_LIMIT,
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });

export const rowQuery = (client: Client, project: string, table: string, row: string) =>
  queryOptions({
    queryKey: dataKeys.row(project, table, row),
    queryFn: ({ signal }) => client.getRow({ table, row, signal }),
  });
