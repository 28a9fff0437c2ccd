import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { factLines } from "./terminal/fact-lines.ts";
import { timeText } from "./terminal/words.ts";

export function addDatabaseShow(parent: Command, cli: Cli): void {
  parent
    .command("show")
    .description("the project's own database: what it takes and may take")
    .action(async () => {
      const database = await (await connect(cli)).readProjectDatabase();
      const { state, bytes, bytesMax, tables, connections, createdAt } = database;
      show(cli, database, () =>
        factLines([
          ["state", state === "none" ? "none yet: the first table makes it" : state],
          ["bytes", `${bytes} of ${bytesMax}`],
          ["tables", tables],
          ["connections", connections],
          ["since", timeText(createdAt)],
        ]),
      );
    });
}
