import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";

export function addFlowPause(parent: Command, cli: Cli): void {
  parent
    .command("pause")
    .description("stop the flow's webhooks and schedules; runs under way go on")
    .argument("<flow>", "the flow's slug")
    .action(async (slug: string) => {
      const flow = await (await connect(cli)).pauseFlow({ slug });
      show(cli, flow, () => [`${slug}: paused`]);
    });
}
