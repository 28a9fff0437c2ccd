import { z } from "zod";
import * as api from "../api/tables.ts";
import { type Route } from "../route.ts";

const byTable = z.object({ table: api.TableId });
const byColumn = byTable.extend({ column: z.string().max(63) });
const byRow = byTable.extend({ row: api.RowId });
const flag = z.enum(["true", "false"]).default("false");
const JsonText = z.string().max(8000);

/** The project's tables, in its own database. */
export const tableRoutes = {
  readProjectDatabase: {
    method: "GET",
    path: "/v1/tables/database",
    summary: "The project's own database: what it takes and may take",
    access: { in: "project", needs: "table.read" },
    answers: { 200: api.ProjectDatabase },
  },
  listTables: {
    method: "GET",
    path: "/v1/tables",
    summary: "All tables of the project, by name",
    access: { in: "project", needs: "table.read" },
    answers: { 200: z.object({ items: z.array(api.Table), next: z.null() }) },
  },
  createTable: {
    method: "POST",
    path: "/v1/tables",
    summary: "Make a table",
    access: { in: "project", needs: "table.design" },
    body: api.NewTable,
    answers: { 201: api.Table },
    problems: ["conflict", "quota_exceeded", "overloaded"],
  },
  getTable: {
    method: "GET",
    path: "/v1/tables/{table}",
    summary: "A table and its columns",
    access: { in: "project", needs: "table.read" },
    params: byTable,
    answers: { 200: api.Table },
  },
  renameTable: {
    method: "PATCH",
    path: "/v1/tables/{table}",
    summary: "Rename a table",
    access: { in: "project", needs: "table.design" },
    params: byTable,
    body: api.TableChange,
    answers: { 200: api.Table },
    problems: ["conflict"],
  },
  dropTable: {
    method: "DELETE",
    path: "/v1/tables/{table}",
    summary: "Drop a table with all its rows, for good",
    access: { in: "project", needs: "table.design" },
    params: byTable,
    answers: { 204: z.null() },
    problems: ["conflict"],
  },
  addColumn: {
    method: "POST",
    path: "/v1/tables/{table}/columns",
    summary: "Add a column",
    access: { in: "project", needs: "table.design" },
    params: byTable,
    body: api.NewColumn,
    answers: { 201: api.Table },
    problems: ["conflict", "quota_exceeded"],
  },
  changeColumn: {
    method: "PATCH",
    path: "/v1/tables/{table}/columns/{column}",
    summary: "Rename a column or change its type and rules; nothing changes while a row stands in the way",
    access: { in: "project", needs: "table.design" },
    params: byColumn,
    body: api.ColumnChange,
    answers: { 200: api.ColumnChanged },
    problems: ["conflict"],
  },
  dropColumn: {
    method: "DELETE",
    path: "/v1/tables/{table}/columns/{column}",
    summary: "Drop a column with its values, for good",
    access: { in: "project", needs: "table.design" },
    params: byColumn,
    answers: { 200: api.Table },
    problems: ["conflict"],
  },
  listRows: {
    method: "GET",
    path: "/v1/tables/{table}/rows",
    summary: "Rows that match, sorted, page by page",
    access: { in: "project", needs: "table.read" },
    params: byTable,
    query: z.object({
      /** JSON: a list of `{ field, op, value }`. */
      filter: JsonText.optional(),
      /** A column's name, with `:desc` for falling; by `id`, the newest first, unless given. */
      sort: z.string().max(80).optional(),
      search: z.string().min(1).max(200).optional(),
      count: flag,
      cursor: z.string().max(2000).optional(),
      limit: z.coerce.number().int().min(1).max(100).default(50),
    }),
    answers: { 200: api.RowPage },
    problems: ["overloaded"],
  },
  getRow: {
    method: "GET",
    path: "/v1/tables/{table}/rows/{row}",
    summary: "A row",
    access: { in: "project", needs: "table.read" },
    params: byRow,
    answers: { 200: api.Row },
  },
  insertRows: {
    method: "POST",
    path: "/v1/tables/{table}/rows",
    summary: "Add up to 1,000 rows: all of them or none",
    access: { in: "project", needs: "table.write" },
    params: byTable,
    body: api.InsertRows,
    answers: { 201: api.InsertedRows },
    problems: ["conflict", "quota_exceeded"],
  },
  updateRow: {
    method: "PATCH",
    path: "/v1/tables/{table}/rows/{row}",
    summary: "Change values of a row, if it is still of the version given",
    access: { in: "project", needs: "table.write" },
    params: byRow,
    body: api.UpdateRow,
    answers: { 200: api.Row },
    problems: ["conflict", "quota_exceeded"],
  },
  deleteRows: {
    method: "POST",
    path: "/v1/tables/{table}/rows/delete",
    summary: "Delete up to 1,000 rows; those that are gone already count for nothing",
    access: { in: "project", needs: "table.write" },
    params: byTable,
    body: api.DeleteRows,
    answers: { 200: api.DeletedRows },
  },
  importRows: {
    method: "POST",
    path: "/v1/tables/{table}/import",
    summary: "Add the rows of a CSV file with a header line: all of them, or with onError=skip those that fit",
    access: { in: "project", needs: "table.write" },
    params: byTable,
    query: z.object({
      onError: z.enum(["fail", "skip"]).default("fail"),
      /** JSON: the file's headers to columns' names, null for those to leave out. Others go by their own name. */
      map: JsonText.optional(),
      delimiter: z.enum([",", ";", "\t", "|"]).default(","),
    }),
    takes: "text/csv",
    answers: { 200: api.Imported },
    problems: ["body_too_large", "quota_exceeded", "request_timeout", "overloaded"],
  },
  exportRows: {
    method: "GET",
    path: "/v1/tables/{table}/export",
    summary: "All rows as a CSV file",
    access: { in: "project", needs: "table.read" },
    params: byTable,
    query: z.object({
      /** `safe` keeps a spreadsheet from taking a text for a formula: an apostrophe before =, +, -, @, tab and return. */
      formulas: z.enum(["safe", "asStored"]).default("safe"),
    }),
    gives: "text/csv",
    answers: { 200: z.string() },
  },
} as const satisfies Record<string, Route>;
