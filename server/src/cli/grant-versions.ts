import { listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { versionLines } from "./version-lines.ts";

export function addGrantVersions(parent: Command, cli: Cli): void {
  parent
    .command("versions")
    .description("what a grant was, newest first, and what each version changed")
    .argument("<grant>", "its id")
    .action(async (grant: string) => {
      const { listGrantVersions } = await connect(cli);
      const items = await Array.fromAsync(listAll(listGrantVersions, { grant, limit: 100 }));
      show(cli, { items }, () => versionLines(items));
    });
}
