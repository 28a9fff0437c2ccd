import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { stoppedLines } from "./stopped-lines.ts";
import { connect } from "./terminal/connect.ts";

export function addGrantRevoke(parent: Command, cli: Cli): void {
  parent
    .command("revoke")
    .description("take a grant back, at once and for good, and see what that stopped")
    .argument("<grant>", "its id")
    .action(async (named: string) => {
      const { grant, stopped } = await (await connect(cli)).revokeGrant({ grant: named });
      show(cli, { grant, stopped }, () => [`${grant.id}: revoked`, ...stoppedLines(stopped)]);
      for (const worker of stopped.silent) note(cli, `${worker} did not answer: it closes its connections by itself`);
    });
}
