import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findTable } from "./find-table.ts";
import { columnLines } from "./table-show.ts";
import { confirm } from "./terminal/confirm.ts";
import { connect } from "./terminal/connect.ts";

export function addTableDropColumn(parent: Command, cli: Cli): void {
  parent
    .command("drop-column")
    .description("drop a column with all its values, for good")
    .argument("<table>", "its name or id")
    .argument("<column>", "the column's name")
    .option("--yes <column>", "the column's name once more, where nobody can be asked")
    .action((named: string, column: string, { yes }: { readonly yes?: string }) => drop(cli, named, column, yes));
}

async function drop(cli: Cli, named: string, column: string, given: string | undefined): Promise<void> {
  const client = await connect(cli);
  const { id, name } = await findTable(client, named);
  const what = `every value of ${column} in ${name} is gone for good`;
  await confirm(cli, { what, name: column, given, command: `steward table drop-column ${named} ${column}` });
  const table = await client.dropColumn({ table: id, column });
  show(cli, table, () => columnLines(cli, table));
}
