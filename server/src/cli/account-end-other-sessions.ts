import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connectOutside } from "./terminal/connect.ts";
import { countText } from "./terminal/words.ts";

export function addAccountEndOtherSessions(parent: Command, cli: Cli): void {
  parent
    .command("end-other-sessions")
    .description("sign every browser out at once; API keys go on")
    .action(async () => {
      const done = await (await connectOutside(cli)).endOtherSessions();
      show(cli, done, () => [`${countText(done.ended, "session")} ended`]);
    });
}
