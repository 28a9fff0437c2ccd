import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { countText } from "./terminal/words.ts";

export function addFileMove(parent: Command, cli: Cli): void {
  parent
    .command("move")
    .description("move or rename a file, or a folder with all that is in it")
    .argument("<from>", "its path")
    .argument("<to>", "its new path")
    .option("--overwrite", "delete what is there; it can be brought back")
    .action(async (from: string, to: string, { overwrite = false }: { readonly overwrite?: boolean }) => {
      const moved = await (await connect(cli)).moveFiles({ body: { from, to, overwrite } });
      show(cli, moved, () => [`${from}: ${countText(moved.files, "file")} moved to ${to}`]);
    });
}
