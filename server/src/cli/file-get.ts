import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";
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
    .option(
      "-o, --output <file>",
      "where to, over what is there, or - for standard output; by default its own name here",
    )
    .option("--content <version>", "an earlier version instead of the present one", readCount(999_999_999))
    .action((from: string, options: Options) => get(cli, from, options));
}

async function get(cli: Cli, from: string, { output, content: version }: Options): Promise<void> {
  if (output === "-" && cli.terminal.columns !== null)
    throw new CliError(EXIT.usage, "usage", "this terminal is no place for a file", "send it on with | or >");
  const client = await connect(cli);
  const { id, name } = await client.findFile({ path: from });
  const { pieces } = await client.readFile({ file: id, version });
  if (output === "-") return await cli.terminal.bytes(pieces);
  const file = output ?? name;
  await saveDownload(cli, pieces, { file, over: output !== undefined, doing: `reading ${from}` });
  show(cli, { path: from, file }, () => [`${from}: written to ${file}`]);
}
