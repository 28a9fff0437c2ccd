import { type Client, listAll, type Row, type RowFilter, type Table } from "@steward/sdk";
import { type Command, InvalidArgumentError } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { findTable } from "./find-table.ts";
import { connect } from "./terminal/connect.ts";
import { readCount } from "./terminal/read-count.ts";
import { tableLines } from "./terminal/table.ts";
import { countText } from "./terminal/words.ts";

const ROWS_MAX = 100_000;
const PAGE_MAX = 100;
const SIGNS: Readonly<Record<string, RowFilter["op"]>> = {
  "=": "eq",
  "!=": "neq",
  "<": "lt",
  "<=": "lte",
  ">": "gt",
  ">=": "gte",
  "~": "contains",
};

interface Options {
  readonly where?: readonly RowFilter[];
  readonly filter?: string;
  readonly search?: string;
  readonly sort?: string;
  readonly limit: number;
}

export function addTableRows(parent: Command, cli: Cli): void {
  parent
    .command("rows")
    .description("rows of a table")
    .argument("<table>", "its name or id")
    .option(
      "--where <condition>",
      "total>=10, state=open; ~ is contains; may be repeated, all must hold",
      readCondition,
    )
    .option("--filter <json>", "the same as the API takes it, for is_empty, in and the like")
    .option("--search <text>", "only rows that have this text")
    .option("--sort <column>", "by this column, or falling: total:desc; by default the newest first")
    .option("--limit <count>", "how many at most", readCount(ROWS_MAX), 50)
    .action((named: string, options: Options) => list(cli, named, options));
}

async function list(cli: Cli, named: string, options: Options): Promise<void> {
  const client = await connect(cli);
  const table = await findTable(client, named);
  const items = await readRows(client, table, options);
  show(cli, { items }, () => (items.length === 0 ? [] : rowLines(cli, table, items)));
  if (items.length === 0) note(cli, "no such rows");
  if (items.length === options.limit) note(cli, `the first ${countText(items.length, "row")}; --limit for more`);
}

async function readRows(client: Client, { id: table }: Table, options: Options): Promise<Row[]> {
  const { where, filter: given, search, sort, limit } = options;
  const filter = given ?? (where === undefined ? undefined : JSON.stringify(where));
  const query = { table, filter, search, sort, limit: Math.min(limit, PAGE_MAX) };
  return await Array.fromAsync(listAll(client.listRows, query, { itemsMax: limit }));
}

/** Rows as a person reads them, a column under each name. */
export function rowLines({ terminal }: Cli, { columns }: Table, items: readonly Row[]): string[] {
  const titles = [{ title: "id" }, ...columns.map(({ name, type }) => ({ title: name, right: isNumber(type) }))];
  const rows = items.map(({ id, values }) => [id, ...columns.map(({ name }) => cellText(values[name]))]);
  return tableLines(titles, rows, terminal.columns);
}

function isNumber(type: string): boolean {
  return type === "number" || type === "integer";
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return (typeof value === "string" ? value : JSON.stringify(value)).replaceAll(/\s+/g, " ");
}

/** A number or a truth value where it reads as one and isn't quoted, else a text. */
function readCondition(text: string, all: readonly RowFilter[] | undefined): readonly RowFilter[] {
  const [, field = "", sign = "", given = ""] = /^([^=!<>~]+)(!=|<=|>=|=|<|>|~)(.*)$/s.exec(text) ?? [];
  const op = SIGNS[sign];
  if (op === undefined) throw new InvalidArgumentError("Give column=value; also !=, <, <=, >, >= and ~.");
  return [...(all ?? []), { field: field.trim(), op, value: valueOf(given.trim()) }];
}

function valueOf(text: string): string | number | boolean {
  if (/^-?\d+(?:\.\d+)?$/.test(text) && String(Number(text)) === text) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  return /^".*"$/s.test(text) ? text.slice(1, -1) : text;
}
