import { addDatabaseShow } from "./database-show.ts";
import { addFileDelete } from "./file-delete.ts";
import { addFileGet } from "./file-get.ts";
import { addFileList } from "./file-list.ts";
import { addFileMove } from "./file-move.ts";
import { addFilePut } from "./file-put.ts";
import { addFileRestore } from "./file-restore.ts";
import { addFileUsage } from "./file-usage.ts";
import { addFileVersions } from "./file-versions.ts";
import type { Group } from "./group.ts";
import { addTableAddColumn } from "./table-add-column.ts";
import { addTableChangeColumn } from "./table-change-column.ts";
import { addTableCreate } from "./table-create.ts";
import { addTableDeleteRows } from "./table-delete-rows.ts";
import { addTableDropColumn } from "./table-drop-column.ts";
import { addTableDrop } from "./table-drop.ts";
import { addTableExport } from "./table-export.ts";
import { addTableImport } from "./table-import.ts";
import { addTableInsert } from "./table-insert.ts";
import { addTableList } from "./table-list.ts";
import { addTableRename } from "./table-rename.ts";
import { addTableRows } from "./table-rows.ts";
import { addTableShow } from "./table-show.ts";
import { addTableUpdate } from "./table-update.ts";

/** Commands for what the project keeps: files and tables. */
export const DATA: readonly Group[] = [
  {
    name: "file",
    summary: "the project's volume: put, get, list, move, …",
    commands: [
      addFileList,
      addFilePut,
      addFileGet,
      addFileMove,
      addFileDelete,
      addFileVersions,
      addFileRestore,
      addFileUsage,
    ],
  },
  {
    name: "table",
    summary: "the project's tables: create, rows, import, export, …",
    commands: [
      addTableList,
      addTableShow,
      addTableCreate,
      addTableRename,
      addTableDrop,
      addTableAddColumn,
      addTableChangeColumn,
      addTableDropColumn,
      addTableRows,
      addTableInsert,
      addTableUpdate,
      addTableDeleteRows,
      addTableImport,
      addTableExport,
    ],
  },
  {
    name: "database",
    summary: "the database that the tables are in",
    commands: [addDatabaseShow],
  },
];
