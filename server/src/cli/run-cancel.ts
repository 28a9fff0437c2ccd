import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { stateText } from "./terminal/words.ts";

export function addRunCancel(parent: Command, cli: Cli): void {
  parent
    .command("cancel")
    .description("stop a run and what it has in flight")
    .argument("<run>", "the run's id")
    .action(async (id: string) => {
      const run = await (await connect(cli)).cancelRun({ id });
      show(cli, run, () => [`${id}: ${run.status === "cancelled" ? stateText(cli.terminal, run.status) : "stopping"}`]);
    });
}
