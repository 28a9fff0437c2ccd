import { listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { versionLines } from "./version-lines.ts";

export function addLimitVersions(parent: Command, cli: Cli): void {
  parent
    .command("versions")
    .description("what a limit of the project was, newest first, and what each version changed")
    .argument("<limit>", "its id")
    .action(async (id: string) => {
      const { listLimitVersions } = await connect(cli);
      const items = await Array.fromAsync(listAll(listLimitVersions, { id, limit: 100 }));
      show(cli, { items }, () => versionLines(items));
    });
}
