import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";

export function addApprovalReject(parent: Command, cli: Cli): void {
  parent
    .command("reject")
    .description("let it not be done: its step fails, or goes on by its port rejected")
    .argument("<approval>", "its id")
    .option("--note <text>", "why, for whoever reads it later")
    .action(async (approval: string, { note }: { readonly note?: string }) => {
      const client = await connect(cli);
      const { digest } = await client.getApproval({ approval });
      const decided = await client.decideApproval({ approval, body: { decision: "reject", digest, note } });
      show(cli, decided, () => [`${approval}: ${decided.status}`]);
    });
}
