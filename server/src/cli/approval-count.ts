import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";

export function addApprovalCount(parent: Command, cli: Cli): void {
  parent
    .command("count")
    .description("how many approvals are open, and how many of them wait for your word")
    .action(async () => {
      const { countApprovals } = await connect(cli);
      const counted = await countApprovals();
      show(cli, counted, () => [`${counted.open} open, ${counted.mine} for you`]);
    });
}
