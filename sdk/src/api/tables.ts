/** A project's tables: what the API takes and gives. */
import { z } from "zod";
import { Time } from "../api.ts";

export const COLUMN_TYPES = ["text", "number", "integer", "boolean", "date", "time", "json", "select"] as const;
export const ColumnType = z.enum(COLUMN_TYPES);

export const TableId = z.string().max(64);
/** 63 bytes at most, which is what PostgreSQL keeps of a name; the server says what else a name can't be. */
const Name = z.string().min(1).max(63);
/** A row's own id: a UUID of version 7, as SQL sees it. */
export const RowId = z.uuid();
const Options = z.array(z.string().min(1).max(200)).min(1).max(200);

export const Column = z.object({
  name: z.string(),
  type: ColumnType,
  required: z.boolean(),
  unique: z.boolean(),
  /** What a select may be; null for other types. */
  options: z.array(z.string()).nullable(),
});

export const Table = z.object({
  id: TableId,
  name: z.string(),
  /** In order. Each table has an `id` before these. */
  columns: z.array(Column),
  /** An estimate of the database's own. */
  rowsAbout: z.int(),
});

export const NewColumn = z.strictObject({
  name: Name,
  type: ColumnType,
  required: z.boolean().default(false),
  unique: z.boolean().default(false),
  options: Options.optional(),
});

export const NewTable = z.strictObject({ name: Name, columns: z.array(NewColumn).max(100).default([]) });
export const TableChange = z.strictObject({ name: Name });

export const ColumnChange = z.strictObject({
  name: Name.optional(),
  type: ColumnType.optional(),
  options: Options.optional(),
  required: z.boolean().optional(),
  unique: z.boolean().optional(),
  /** Counts what would stand in the way and changes nothing. */
  dryRun: z.boolean().default(false),
});

/** What became of a change: nothing is changed while there are failures. */
export const ColumnChanged = z.object({
  changed: z.boolean(),
  table: Table,
  /** Rows whose value the change doesn't allow. */
  failures: z.int(),
  examples: z.array(z.object({ row: RowId, value: z.string().nullable() })),
});

const Values = z.record(z.string(), z.json());

export const Row = z.object({
  id: RowId,
  /** Another one after every change, by whomever. */
  version: z.int(),
  values: z.record(z.string(), z.json()),
});

export const FILTER_OPERATORS = [
  "eq",
  "neq",
  "lt",
  "lte",
  "gt",
  "gte",
  "contains",
  "is_empty",
  "is_not_empty",
  "in",
] as const;

/** All must hold. `value` is left out for is_empty and is_not_empty, and a list for in. */
export const RowFilter = z.strictObject({
  field: z.string().max(63),
  op: z.enum(FILTER_OPERATORS),
  value: z.json().optional(),
});

export const RowPage = z.object({
  items: z.array(Row),
  next: z.string().nullable(),
  /** Counted to 10,000; `more` says that there are more than that. Null unless asked for. */
  count: z.object({ rows: z.int(), more: z.boolean() }).nullable(),
});

export const InsertRows = z.strictObject({ rows: z.array(Values).min(1).max(1000) });
export const InsertedRows = z.object({ items: z.array(Row) });
export const UpdateRow = z.strictObject({ version: z.int().min(0), values: Values });
export const DeleteRows = z.strictObject({ ids: z.array(RowId).min(1).max(1000) });
export const DeletedRows = z.object({ deleted: z.int() });

export const Imported = z.object({
  /** Rows that are in the table now. */
  imported: z.int(),
  /** Lines left out; more than 0 with `onError=skip` only. */
  rejected: z.int(),
  /** The first hundred of these. */
  problems: z.array(z.object({ line: z.int(), field: z.string().nullable(), message: z.string() })),
});

/** The project's own database. */
export const ProjectDatabase = z.object({
  state: z.enum(["none", "making", "ready", "dropping"]),
  bytes: z.int(),
  bytesMax: z.int(),
  tables: z.int(),
  connections: z.int(),
  createdAt: Time.nullable(),
});

export type ColumnType = z.output<typeof ColumnType>;
export type Column = z.output<typeof Column>;
export type Table = z.output<typeof Table>;
export type NewColumn = z.output<typeof NewColumn>;
export type NewTable = z.output<typeof NewTable>;
export type ColumnChange = z.output<typeof ColumnChange>;
export type ColumnChanged = z.output<typeof ColumnChanged>;
export type Row = z.output<typeof Row>;
export type RowFilter = z.output<typeof RowFilter>;
export type RowPage = z.output<typeof RowPage>;
export type Imported = z.output<typeof Imported>;
export type ProjectDatabase = z.output<typeof ProjectDatabase>;
