import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { readCount } from "./terminal/read-count.ts";
import { saveDownload } from "./terminal/save-download.ts";

interface Options {
  readonly output?: string;
  readonly content?: number;
}

export function addFileGet(parent: Command, cli: Cli): void {
  parent
    .command("get")
    .description("write a file of the project's volume to this machine")
    .argument("<path>", "its path in the volume")
    .option("-o, --output <file>", "where to, over what is there; by default its own name here, over nothing")
    .option("--content <version>", "an earlier version instead of the present one", readCount(999_999_999))
    .action((from: string, options: Options) => get(cli, from, options));
}

async function get(cli: Cli, from: string, { output, content: version }: Options): Promise<void> {
  const client = await connect(cli);
  const { id, name } = await client.findFile({ path: from });
  const { pieces } = await client.readFile({ file: id, version });
  const file = output ?? name;
  await saveDownload(cli, pieces, { file, over: output !== undefined, doing: `reading ${from}` });
  show(cli, { path: from, file }, () => [`${from}: written to ${file}`]);
}
