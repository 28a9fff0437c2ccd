import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { stoppedLines } from "./stopped-lines.ts";
import { connect } from "./terminal/connect.ts";

export function addCredentialDelete(parent: Command, cli: Cli): void {
  parent
    .command("delete")
    .description("erase a credential for good; flows that use it are paused")
    .argument("<credential>", "its slug")
    .action(async (slug: string) => {
      const { stopped } = await (await connect(cli)).deleteCredential({ slug });
      show(cli, { slug, deleted: true, stopped }, () => [`${slug}: credential erased`, ...stoppedLines(stopped)]);
    });
}
