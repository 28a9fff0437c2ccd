import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";

export function addFlowResume(parent: Command, cli: Cli): void {
  parent
    .command("resume")
    .description("start the flow's webhooks and schedules again")
    .argument("<flow>", "the flow's slug")
    .action(async (slug: string) => {
      const flow = await (await connect(cli)).resumeFlow({ slug });
      show(cli, flow, () => [`${slug}: resumed`]);
    });
}
