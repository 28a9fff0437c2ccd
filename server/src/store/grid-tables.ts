/**
 * Tables of a project, inside its own database. What a table is stands in the database's catalogs: names, types, rules.
 * Comments add what SQL has no word for: the table's id, and that a text is a select and of which options. So there is
 * nothing that could disagree with the tables, whoever changes them.
 *
 * Every table has `id uuid primary key`; a row's version is its xmin, which any change changes. Statements run in
 * sessions whose search path is the schema `data`; identifiers come from the catalogs or passed `nameProblem`.
 */
import { COLUMN_TYPES, type ColumnType } from "@steward/sdk";
import { z } from "zod";
import { parseJson } from "../core/parse-json.ts";
import type { Statement } from "../core/ports/database.ts";
import { quoteIdentifier, quoteText } from "../core/table/quote.ts";
import { SQL_TYPES } from "../core/table/cell.ts";

/** A column as the catalogs have it. */
export interface GridColumn {
  readonly name: string;
  /** Its number in the table, which no rename changes. */
  readonly number: number;
  readonly type: ColumnType;
  readonly required: boolean;
  readonly unique: boolean;
  readonly options: readonly string[] | null;
}

export interface GridTable {
  /** A UUID. */
  readonly id: string;
  readonly name: string;
  readonly columns: readonly GridColumn[];
  readonly rowsAbout: number;
}

export interface GridCatalogRow {
  readonly table: string;
  readonly comment: string | null;
  readonly rowsAbout: number;
  readonly column: string;
  readonly number: number;
  readonly type: string;
  readonly required: boolean;
  readonly unique: boolean;
  readonly columnComment: string | null;
}

const TableComment = z.object({ steward: z.uuid() });
const ColumnComment = z.object({ options: z.array(z.string()).min(1) });

/**
 * Estimates the table's rows anew, which the server else does a minute or so later. It looks at a sample, whatever the
 * size (30,000 rows), and is not taken back with the transaction.
 */
export function estimateRowsStatement(table: Pick<GridTable, "name">): Statement {
  return { text: `analyze ${tableName(table.name)}`, values: [] };
}

/** All columns of all tables that carry our comment, or of the one of that id. */
export function readCatalogStatement(id: string | null): Statement<GridCatalogRow> {
  return {
    text: `select c.relname::text as table, pg_catalog.obj_description(c.oid, 'pg_class') as comment,
        greatest(c.reltuples, 0)::float8 as "rowsAbout", a.attname::text as column, a.attnum::int as number,
        pg_catalog.format_type(a.atttypid, null) as type, a.attnotnull as required,
        exists (select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisunique and i.indnkeyatts = 1
          and i.indkey[0] = a.attnum and i.indpred is null and i.indexprs is null) as unique,
        pg_catalog.col_description(c.oid, a.attnum) as "columnComment"
      from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'data'::pg_catalog.regnamespace and c.relkind = 'r'
        and pg_catalog.obj_description(c.oid, 'pg_class') like $1
      order by c.relname, a.attnum
      limit 30000`,
    values: [id === null ? '{"steward":"%' : `{"steward":"${id}"%`],
  };
}

/** The tables that the rows tell of. One without our id column, or whose comment isn't ours, is none. */
export function tablesOf(rows: readonly GridCatalogRow[]): readonly GridTable[] {
  const byName = Map.groupBy(rows, (row) => row.table);
  const tables: GridTable[] = [];
  for (const [name, columns] of byName) {
    const [first] = columns;
    const comment = TableComment.safeParse(parsedComment(first?.comment ?? null));
    const id = columns.find((column) => column.column === "id");
    if (!comment.success || !first || id?.type !== "uuid" || !id.unique) continue;
    if (tables.some((table) => table.id === comment.data.steward)) continue; // a copy of a comment names nothing
    tables.push({
      id: comment.data.steward,
      name,
      rowsAbout: Math.round(first.rowsAbout),
      columns: columns.filter((column) => column !== id).flatMap(columnOf),
    });
  }
  return tables;
}

/** Columns of types that we don't have, added by SQL, are left to SQL. */
function columnOf(row: GridCatalogRow): readonly GridColumn[] {
  const { column: name, number, required, unique } = row;
  const type = TYPES_BY_SQL.get(row.type);
  if (type === undefined) return [];
  const comment = ColumnComment.safeParse(parsedComment(row.columnComment));
  const select = type === "text" && comment.success;
  return [
    { name, number, type: select ? "select" : type, required, unique, options: select ? comment.data.options : null },
  ];
}

const TYPES_BY_SQL: ReadonlyMap<string, ColumnType> = new Map<string, ColumnType>([
  ...COLUMN_TYPES.filter((type) => type !== "select").map((type): [string, ColumnType] => [SQL_TYPES[type], type]),
  ["character varying", "text"],
  ["double precision", "number"],
  ["real", "number"],
  ["integer", "integer"],
  ["smallint", "integer"],
]);

function parsedComment(comment: string | null): unknown {
  const parsed = parseJson(comment ?? "");
  return parsed.ok ? parsed.value : null;
}

/** What a column is to be. */
export interface ColumnSpec {
  readonly name: string;
  readonly type: ColumnType;
  readonly required: boolean;
  readonly unique: boolean;
  readonly options: readonly string[] | null;
  /** A UUID that nothing else has: the name of the rule on the options. */
  readonly mark: string;
}

/** A UUID of version 7 from the server's clock, on every PostgreSQL since 15: 48 bits of milliseconds, the rest random. */
const UUID_V7 = `pg_catalog.encode(pg_catalog.set_bit(pg_catalog.set_bit(pg_catalog.overlay(
  pg_catalog.uuid_send(pg_catalog.gen_random_uuid()),
  pg_catalog.substring(pg_catalog.int8send((extract(epoch from pg_catalog.clock_timestamp()) * 1000)::bigint), 3), 1, 6
  ), 52, 1), 53, 1), 'hex')::uuid`;

export function createTableStatements(id: string, name: string, columns: readonly ColumnSpec[]): readonly Statement[] {
  const table = tableName(name);
  const parts = [`"id" uuid primary key default ${UUID_V7}`, ...columns.map(columnDefinition)];
  return [
    { text: `create table ${table} (${parts.join(", ")})` },
    { text: `comment on table ${table} is ${quoteText(JSON.stringify({ steward: id }))}` },
    ...columns.flatMap((column) => (column.options === null ? [] : optionStatements(name, column))),
  ];
}

function columnDefinition({ name, type, required, unique }: ColumnSpec): string {
  return `${quoteIdentifier(name)} ${SQL_TYPES[type]}${required ? " not null" : ""}${unique ? " unique" : ""}`;
}

/** What makes a text a select of its options, or no select. */
export function optionStatements(
  table: string,
  { name, options, mark }: Pick<ColumnSpec, "name" | "options" | "mark">,
): readonly Statement[] {
  const [of, column] = [tableName(table), quoteIdentifier(name)];
  if (options === null) return [{ text: `comment on column ${of}.${column} is null` }];
  const rule = quoteIdentifier(`${OPTIONS_RULE}${mark}`);
  return [
    { text: `comment on column ${of}.${column} is ${quoteText(JSON.stringify({ options }))}` },
    { text: `alter table ${of} add constraint ${rule} check (${column} in (${options.map(quoteText).join(", ")}))` },
  ];
}

const OPTIONS_RULE = "steward_options_";

export const addColumnStatements = (table: string, column: ColumnSpec): readonly Statement[] => [
  { text: `alter table ${tableName(table)} add column ${columnDefinition(column)}` },
  ...(column.options === null ? [] : optionStatements(table, column)),
];
export const renameTableStatement = (name: string, to: string): Statement => ({
  text: `alter table ${tableName(name)} rename to ${quoteIdentifier(to)}`,
});
export const dropTableStatement = (name: string): Statement => ({ text: `drop table ${tableName(name)}` });
export const renameColumnStatement = (table: string, name: string, to: string): Statement => ({
  text: `alter table ${tableName(table)} rename column ${quoteIdentifier(name)} to ${quoteIdentifier(to)}`,
});
export const dropColumnStatement = (table: string, name: string): Statement => ({
  text: `alter table ${tableName(table)} drop column ${quoteIdentifier(name)}`,
});
/** Nobody reads or writes the table until the transaction ends. */
export const lockTableStatement = (name: string): Statement => ({
  text: `lock table ${tableName(name)} in access exclusive mode`,
});

export const requireStatement = (table: string, name: string, required: boolean): Statement => ({
  text: `alter table ${tableName(table)} alter column ${quoteIdentifier(name)} ${required ? "set" : "drop"} not null`,
});
export const addUniqueStatement = (table: string, name: string): Statement => ({
  text: `alter table ${tableName(table)} add unique (${quoteIdentifier(name)})`,
});
export const dropConstraintStatement = (table: string, constraint: string): Statement => ({
  text: `alter table ${tableName(table)} drop constraint ${quoteIdentifier(constraint)}`,
});

/** Constraints on this column alone: those that make it unique, or the rule on its options. */
export function constraintsStatement(
  table: string,
  column: number,
  kind: "unique" | "options",
): Statement<{ readonly name: string }> {
  const which = kind === "unique" ? "contype = 'u'" : `contype = 'c' and conname like '${OPTIONS_RULE}%'`;
  return {
    text: `select conname::text as name from pg_catalog.pg_constraint
      where conrelid = $1::pg_catalog.regclass and ${which} and conkey = array[$2::smallint] limit 20`,
    values: [tableName(table), column],
  };
}

/** Changes the type of a column whose values, as text, all fit the new one. */
export function changeTypeStatement(table: string, column: GridColumn, type: ColumnType): Statement {
  const name = quoteIdentifier(column.name);
  const text = column.type === "time" && SQL_TYPES[type] === "text" ? timeText(name) : `${name}::text`;
  return {
    text: `alter table ${tableName(table)} alter column ${name} type ${SQL_TYPES[type]} using (${converted(text, type)})::${SQL_TYPES[type]}`,
  };
}

/** As `cellOfText` reads it: an empty text is none, blanks around a number are none, 12.00 is a whole number. */
function converted(text: string, type: ColumnType): string {
  if (type === "text") return text;
  if (type === "select") return `nullif(${text}, '')`;
  const bare = `nullif(btrim(${text}, e' \\t\\n\\r\\f\\v'), '')`;
  return type === "integer" ? `${bare}::numeric` : bare;
}

function timeText(name: string): string {
  return `to_char(${name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** The table, with its schema: what has a name of PostgreSQL's own is meant all the same. */
export function tableName(name: string): string {
  return `data.${quoteIdentifier(name)}`;
}
