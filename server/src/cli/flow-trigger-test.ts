import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";

export function addFlowTriggerTest(parent: Command, cli: Cli): void {
  parent
    .command("test")
    .description("ask the provider once for what a trigger of the draft would start; nothing is started")
    .argument("<flow>", "the flow's slug")
    .argument("<trigger>", "the trigger's id")
    .action(async (slug: string, trigger: string) => {
      const tried = await (await connect(cli)).testTrigger({ slug, trigger });
      if (tried.refused !== null)
        throw new CliError(EXIT.refused, "failed", `${tried.refused.code}: ${tried.refused.message}`, null);
      show(cli, tried, () =>
        tried.events.length === 0
          ? ["nothing new; one looks like this:", JSON.stringify(tried.sample, null, 2)]
          : tried.events.map(({ key, data }) => `${key}\n${JSON.stringify(data, null, 2)}`),
      );
    });
}
