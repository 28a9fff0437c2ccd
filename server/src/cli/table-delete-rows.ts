import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { findTable } from "./find-table.ts";
import { connect } from "./terminal/connect.ts";
import { countText } from "./terminal/words.ts";

export function addTableDeleteRows(parent: Command, cli: Cli): void {
  parent
    .command("delete-rows")
    .description("delete rows, for good; those that are gone already count for nothing")
    .argument("<table>", "its name or id")
    .argument("<rows...>", "their ids")
    .action(async (named: string, ids: string[]) => {
      const client = await connect(cli);
      const { id: table, name } = await findTable(client, named);
      const done = await client.deleteRows({ table, body: { ids } });
      show(cli, done, () => [`${name}: ${countText(done.deleted, "row")} deleted`]);
    });
}
