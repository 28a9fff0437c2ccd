import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connectOutside } from "./terminal/connect.ts";

export function addAccountEndSession(parent: Command, cli: Cli): void {
  parent
    .command("end-session")
    .description("sign one browser out at once")
    .argument("<session>", "its id, from steward account sessions")
    .action(async (session: string) => {
      await (await connectOutside(cli)).endSession({ session });
      show(cli, { session, ended: true }, () => [`${session}: over`]);
    });
}
