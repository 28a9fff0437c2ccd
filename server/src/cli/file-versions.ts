import { listAll } from "@steward/sdk";
import type { Command } from "commander";
import { actorNames } from "./actor-names.ts";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

export function addFileVersions(parent: Command, cli: Cli): void {
  parent
    .command("versions")
    .description("the contents that a file has and had")
    .argument("<path>", "its path")
    .action(async (path: string) => {
      const client = await connect(cli);
      const { id } = await client.findFile({ path });
      const items = await Array.fromAsync(listAll(client.listFileVersions, { file: id, limit: 100 }));
      const nameOf = await actorNames(
        client,
        items.map(({ createdBy }) => createdBy),
      );
      show(cli, { items }, () => {
        const titles = [
          { title: "VERSION", right: true },
          { title: "BYTES", right: true },
          { title: "STORED" },
          { title: "BY" },
        ];
        const rows = items.map((one) => [
          String(one.version),
          String(one.bytes),
          timeText(one.createdAt),
          nameOf(one.createdBy),
        ]);
        return tableLines(titles, rows, cli.terminal.columns);
      });
    });
}
