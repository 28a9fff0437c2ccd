import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";

export function addFlowRestore(parent: Command, cli: Cli): void {
  parent
    .command("restore")
    .description("bring a deleted flow back")
    .argument("<flow>", "the flow's slug")
    .action(async (slug: string) => {
      const flow = await (await connect(cli)).restoreFlow({ slug });
      show(cli, flow, () => [`${slug}: restored`]);
    });
}
