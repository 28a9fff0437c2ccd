import type { ColumnChanged, ColumnType } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findTable } from "./find-table.ts";
import { readColumnType } from "./read-column-type.ts";
import { columnLines } from "./table-show.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { demandChange } from "./terminal/demand-change.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { repeated } from "./terminal/repeated.ts";
import { countText } from "./terminal/words.ts";

interface Options {
  readonly name?: string;
  readonly type?: ColumnType;
  readonly required?: boolean;
  readonly unique?: boolean;
  readonly choice?: readonly string[];
  readonly dryRun?: boolean;
}

export function addTableChangeColumn(parent: Command, cli: Cli): void {
  parent
    .command("change-column")
    .description("rename a column or change its type and rules; nothing changes while a row stands in the way")
    .argument("<table>", "its name or id")
    .argument("<column>", "the column's name")
    .option("--name <name>", "its new name")
    .option("--type <type>", "its new type", readColumnType)
    .option("--required", "every row has a value")
    .option("--no-required", "a row may have none")
    .option("--unique", "no two rows have the same value")
    .option("--no-unique", "rows may have the same value")
    .option("--choice <text>", "what a select may be, all of it; may be repeated", repeated)
    .option("--dry-run", "only count the rows that stand in the way")
    .action((named: string, column: string, options: Options) => change(cli, named, column, options));
}

async function change(cli: Cli, named: string, column: string, options: Options): Promise<void> {
  const { name, type, required, unique, choice, dryRun = false } = options;
  const wanted = { name, type, required, unique, options: choice === undefined ? undefined : [...choice] };
  demandChange("steward table change-column", wanted);
  const client = await connect(cli);
  const { id: table } = await findTable(client, named);
  const done = await client.changeColumn({ table, column, body: { ...wanted, dryRun } });
  show(cli, done, () => changedLines(cli, column, done));
  if (done.failures > 0) {
    const message = `${column} is unchanged: ${countText(done.failures, "row")} can't be so`;
    throw new CliError(EXIT.refused, "conflict", message, `mend them: steward table rows ${named}`);
  }
}

function changedLines(cli: Cli, column: string, { changed, table, failures, examples }: ColumnChanged): string[] {
  if (changed) return [...columnLines(cli, table)];
  if (failures === 0) return [`${column}: no row stands in the way`];
  return examples.map(({ row, value }) => `${row}  ${value ?? "no value"}`);
}
