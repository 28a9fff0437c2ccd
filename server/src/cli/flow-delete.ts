import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { stoppedLines } from "./stopped-lines.ts";
import { asCalled } from "./terminal/as-called.ts";
import { connect } from "./terminal/connect.ts";

export function addFlowDelete(parent: Command, cli: Cli): void {
  parent
    .command("delete")
    .description("delete the flow and cancel its runs; it can be restored for 30 days")
    .argument("<flow>", "the flow's slug")
    .action(async (slug: string) => {
      const { stopped } = await (await connect(cli)).deleteFlow({ slug });
      show(cli, { slug, deleted: true, stopped }, () => [
        asCalled(cli, `${slug}: deleted. To bring it back: steward flow restore ${slug}`),
        ...stoppedLines(stopped),
      ]);
    });
}
