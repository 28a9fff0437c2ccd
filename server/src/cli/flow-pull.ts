import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { readCount } from "./terminal/read-count.ts";

interface Options {
  readonly published?: number;
  readonly output?: string;
}

export function addFlowPull(parent: Command, cli: Cli): void {
  parent
    .command("pull")
    .description("print the flow's draft, or a published version")
    .argument("<flow>", "the flow's slug")
    .option("--published <version>", "a published version instead of the draft", readCount(1_000_000))
    .option("-o, --output <file>", "write it to a file")
    .action((slug: string, options: Options) => pull(cli, slug, options));
}

async function pull(cli: Cli, slug: string, { published: version, output }: Options): Promise<void> {
  const client = await connect(cli);
  const file =
    version === undefined ? (await client.getFlow({ slug })).draft : await client.getVersion({ slug, version });
  const text = JSON.stringify(file, null, 2);
  if (output === undefined) return show(cli, file, () => [text]);
  await writeFile(path.resolve(cli.cwd, output), `${text}\n`);
  show(cli, { slug, file: output }, () => [`${slug}: written to ${output}`]);
}
