import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { notHere } from "./not-here.ts";

export function addSignOnLift(parent: Command, cli: Cli): void {
  parent
    .command("lift")
    .description("on Steward's own machine: no longer enforce an organization's sign-on, when nobody comes in by it")
    .argument("<organization>", "its id: org_…")
    .action(async (organization: string) => {
      const { liftSignOn = notHere } = await cli.local();
      const lifted = await liftSignOn(organization, (line) => cli.terminal.err(line));
      show(cli, { organization, enforced: false, lifted }, () => [
        `${organization}: ${lifted ? "its people may sign in otherwise again" : "its sign-on was not enforced"}`,
      ]);
    });
}
