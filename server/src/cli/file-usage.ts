import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { factLines } from "./terminal/fact-lines.ts";

export function addFileUsage(parent: Command, cli: Cli): void {
  parent
    .command("usage")
    .description("what the project's files take, deleted ones and earlier versions too, and may take")
    .action(async () => {
      const volume = await (await connect(cli)).readVolume();
      const { bytes, bytesMax, files, filesMax } = volume;
      show(cli, volume, () =>
        factLines([
          ["bytes", `${bytes} of ${bytesMax}`],
          ["files", `${files} of ${filesMax}`],
        ]),
      );
    });
}
