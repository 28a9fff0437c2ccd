import { type ColumnType } from "@steward/sdk";
import { type Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findTable } from "./find-table.ts";
import { readColumnType } from "./read-column-type.ts";
import { columnLines } from "./table-show.ts";
import { connect } from "./terminal/connect.ts";
import { repeated } from "./terminal/repeated.ts";

interface Options {
  readonly required?: boolean;
  readonly unique?: boolean;
  readonly choice?: readonly string[];
}

export function addTableAddColumn(parent: Command, cli: Cli): void {
  parent
    .command("add-column")
    .description("add a column to a table")
    .argument("<table>", "its name or id")
    .argument("<column>", "the column's name")
    .argument("<type>", "text, number, integer, boolean, date, time, json or select", readColumnType)
    .option("--required", "every row has a value")
    .option("--unique", "no two rows have the same value")
    .option("--choice <text>", "what a select may be; may be repeated", repeated)
    .action((named: string, name: string, type: ColumnType, options: Options) => add(cli, named, name, type, options));
}

async function add(cli: Cli, named: string, name: string, type: ColumnType, options: Options): Promise<void> {
  const { required = false, unique = false, choice } = options;
  const client = await connect(cli);
  const { id } = await findTable(client, named);
  const body = { name, type, required, unique, options: choice === undefined ? undefined : [...choice] };
  const table = await client.addColumn({ table: id, body });
  show(cli, table, () => columnLines(cli, table));
}
