import { deleteRows, insertRows, updateRow } from "../data/change-rows.ts";
import { addColumn, changeColumn, dropColumn } from "../data/design-column.ts";
import { createTable, dropTable, getTable, listTables, renameTable } from "../data/design-table.ts";
import { exportRows } from "../data/export-rows.ts";
import { importRows } from "../data/import-rows.ts";
import { getRow, listRows } from "../data/list-rows.ts";
import { showDatabase } from "../data/show-database.ts";
import type { TableCaller } from "../data/table-parts.ts";
import { AppError } from "../core/errors.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Principal } from "./principal.ts";
import type { Handlers } from "./route-call.ts";

type TableHandlers = Pick<
  Handlers,
  | "readProjectDatabase"
  | "listTables"
  | "createTable"
  | "getTable"
  | "renameTable"
  | "dropTable"
  | "addColumn"
  | "changeColumn"
  | "dropColumn"
  | "listRows"
  | "getRow"
  | "insertRows"
  | "updateRow"
  | "deleteRows"
  | "importRows"
  | "exportRows"
>;

/** The project's tables. */
export function tableHandlers({ tables }: Pick<HttpParts, "tables">): TableHandlers {
  return { ...designHandlers(tables), ...rowHandlers(tables), ...csvHandlers(tables) };
}

type DesignHandlers = Pick<
  TableHandlers,
  | "readProjectDatabase"
  | "listTables"
  | "createTable"
  | "getTable"
  | "renameTable"
  | "dropTable"
  | "addColumn"
  | "changeColumn"
  | "dropColumn"
>;

function designHandlers(tables: HttpParts["tables"]): DesignHandlers {
  return {
    readProjectDatabase: async ({ principal }) => ({
      status: 200,
      body: await showDatabase(tables, callerOf(principal)),
    }),
    listTables: async ({ principal }) => ({
      status: 200,
      body: { items: [...(await listTables(tables, callerOf(principal)))], next: null },
    }),
    createTable: async ({ principal, body }) => ({
      status: 201,
      body: await createTable(tables, callerOf(principal), body),
    }),
    getTable: async ({ principal, params }) => ({
      status: 200,
      body: await getTable(tables, callerOf(principal), params.table),
    }),
    renameTable: async ({ principal, params, body }) => ({
      status: 200,
      body: await renameTable(tables, callerOf(principal), params.table, body.name),
    }),
    dropTable: async ({ principal, params }) => {
      await dropTable(tables, callerOf(principal), params.table);
      return { status: 204, body: null };
    },
    addColumn: async ({ principal, params, body }) => ({
      status: 201,
      body: await addColumn(tables, callerOf(principal), params.table, body),
    }),
    changeColumn: async ({ principal, params, body }) => ({
      status: 200,
      body: await changeColumn(tables, callerOf(principal), params.table, params.column, body),
    }),
    dropColumn: async ({ principal, params }) => ({
      status: 200,
      body: await dropColumn(tables, callerOf(principal), params.table, params.column),
    }),
  };
}

type RowHandlers = Pick<TableHandlers, "listRows" | "getRow" | "insertRows" | "updateRow" | "deleteRows">;

function rowHandlers(tables: HttpParts["tables"]): RowHandlers {
  return {
    listRows: async ({ principal, params, query }) => ({
      status: 200,
      body: await listRows(tables, callerOf(principal), params.table, query),
    }),
    getRow: async ({ principal, params }) => ({
      status: 200,
      body: await getRow(tables, callerOf(principal), params.table, params.row),
    }),
    insertRows: async ({ principal, params, body }) => ({
      status: 201,
      body: { items: [...(await insertRows(tables, callerOf(principal), params.table, body.rows))] },
    }),
    updateRow: async ({ principal, params, body }) => {
      const row = { id: params.row, version: body.version };
      return { status: 200, body: await updateRow(tables, callerOf(principal), params.table, row, body.values) };
    },
    deleteRows: async ({ principal, params, body }) => ({
      status: 200,
      body: { deleted: await deleteRows(tables, callerOf(principal), params.table, body.ids) },
    }),
  };
}

function csvHandlers(tables: HttpParts["tables"]): Pick<TableHandlers, "importRows" | "exportRows"> {
  return {
    importRows: async ({ principal, params, query, body, headers }) => {
      if (!/^text\/csv\s*(?:;|$)/i.test(String(headers["content-type"] ?? "")))
        throw new AppError("media_type_unsupported", "A table takes a file as text/csv.");
      return { status: 200, body: await importRows(tables, callerOf(principal), params.table, query, body) };
    },
    exportRows: async ({ principal, params, query }) => {
      const { name, lines } = await exportRows(tables, callerOf(principal), params.table, query.formulas);
      return {
        status: 200,
        body: lines,
        headers: {
          "content-type": "text/csv; charset=utf-8; header=present",
          "content-disposition": `attachment; filename*=UTF-8''${encodeName(name)}.csv`,
        },
      };
    },
  };
}

/** As RFC 8187 has it: more than encodeURIComponent leaves alone is encoded. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function callerOf({ scope, shownId }: Principal): TableCaller {
  return { scope, actor: shownId };
}
