import type { NewColumn } from "@steward/sdk";
import { type Command, InvalidArgumentError } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { columnLines } from "./table-show.ts";
import { readColumnType } from "./read-column-type.ts";
import { connect } from "./terminal/connect.ts";

interface Options {
  readonly column?: readonly NewColumn[];
}

export function addTableCreate(parent: Command, cli: Cli): void {
  parent
    .command("create")
    .description("make a table")
    .argument("<table>", "its name")
    .option(
      "--column <column>",
      "name:type, with :required and :unique where they hold: email:text:required:unique; may be repeated",
      readColumn,
    )
    .action((name: string, options: Options) => create(cli, name, options));
}

async function create(cli: Cli, name: string, { column: columns = [] }: Options): Promise<void> {
  const table = await (await connect(cli)).createTable({ body: { name, columns: [...columns] } });
  show(cli, table, () => columnLines(cli, table));
  note(cli, `Next: steward table import ${name} <file.csv>, or: steward table add-column ${name} <column> <type>`);
}

function readColumn(text: string, all: readonly NewColumn[] | undefined): readonly NewColumn[] {
  const [name = "", type = "", ...rules] = text.split(":");
  const unknown = rules.find((rule) => rule !== "required" && rule !== "unique");
  if (name === "" || unknown !== undefined) throw new InvalidArgumentError("Give name:type[:required][:unique].");
  const column = { name, type: readColumnType(type), required: rules.includes("required") };
  return [...(all ?? []), { ...column, unique: rules.includes("unique") }];
}
