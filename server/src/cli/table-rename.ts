import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findTable } from "./find-table.ts";
import { connect } from "./terminal/connect.ts";

export function addTableRename(parent: Command, cli: Cli): void {
  parent
    .command("rename")
    .description("give a table another name")
    .argument("<table>", "its name or id")
    .argument("<name>", "its new name")
    .action(async (named: string, name: string) => {
      const client = await connect(cli);
      const table = await client.renameTable({ table: (await findTable(client, named)).id, body: { name } });
      show(cli, table, () => [`${named}: ${table.name} from now on`]);
    });
}
