import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { notHere } from "./not-here.ts";
import { withProgress } from "./terminal/with-progress.ts";
import { countText } from "./terminal/words.ts";

export function addKeyringRotateMaster(parent: Command, cli: Cli): void {
  parent
    .command("rotate-master")
    .description("give this folder's home a new master key file, while its Steward runs; repeat it if it is cut off")
    .action(async () => {
      const { home, rotateMaster = notHere } = await cli.local();
      const done = await withProgress(cli.terminal, "rotating", () => rotateMaster((line) => cli.terminal.err(line)));
      const files = countText(done.rewrapped, "key file");
      show(cli, { home, ...done }, () => [`${home}: a new master key; ${files} put under it`]);
      note(cli, "Back up keys/ and master.key anew, and destroy old copies: docs/operating-keys.md");
    });
}
