import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addInstallationMailRetry(parent: Command, cli: Cli): void {
  parent
    .command("mail-retry")
    .description("send a message anew that could not be sent (operators)")
    .argument("<message>", "its id: msg_…")
    .action(async (message: string) => {
      const queued = await (await connectOutside(cli)).retryMail({ message });
      show(cli, queued, () => [`${message}: ${queued.status}`]);
    });
}
