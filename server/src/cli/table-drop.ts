import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findTable } from "./find-table.ts";
import { confirm } from "./terminal/confirm.ts";
import { connect } from "./terminal/connect.ts";

export function addTableDrop(parent: Command, cli: Cli): void {
  parent
    .command("drop")
    .description("drop a table with all its rows, for good")
    .argument("<table>", "its name or id")
    .option("--yes <name>", "its name once more, where nobody can be asked")
    .action((named: string, { yes }: { readonly yes?: string }) => drop(cli, named, yes));
}

async function drop(cli: Cli, named: string, given: string | undefined): Promise<void> {
  const client = await connect(cli);
  const { id: table, name, rowsAbout } = await findTable(client, named);
  const what = `the table ${name} and all its rows${rowsAbout === 0 ? "" : `, about ${rowsAbout},`} are gone for good`;
  await confirm(cli, { what, name, given, command: `steward table drop ${named}` });
  await client.dropTable({ table });
  show(cli, { table, name, dropped: true }, () => [`${name}: dropped`]);
}
