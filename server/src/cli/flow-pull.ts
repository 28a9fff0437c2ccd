import { writeFile } from "node:fs/promises";
import path from "node:path";
import { type Cli, show } from "./cli.ts";
import type { DefinitionNoun } from "./definition-noun.ts";
import type { Add } from "./group.ts";
import { connect } from "./terminal/connect.ts";
import { readCount } from "./terminal/read-count.ts";

interface Options {
  readonly published?: number;
  readonly output?: string;
}

export function addPull(of: DefinitionNoun): Add {
  return (parent, cli) =>
    parent
      .command("pull")
      .description(`print the ${of.noun}'s draft, or a published version`)
      .argument(`<${of.noun}>`, `the ${of.noun}'s slug`)
      .option("--published <version>", "a published version instead of the draft", readCount(1_000_000))
      .option("-o, --output <file>", "write it to a file")
      .action((slug: string, options: Options) => pull(of, cli, slug, options));
}

async function pull(
  of: DefinitionNoun,
  cli: Cli,
  slug: string,
  { published: version, output }: Options,
): Promise<void> {
  const client = await connect(cli);
  const file = version === undefined ? (await of.get(client, slug)).draft : await of.version(client, { slug, version });
  const text = JSON.stringify(file, null, 2);
  if (output === undefined) return show(cli, file, () => [text]);
  await writeFile(path.resolve(cli.cwd, output), `${text}\n`);
  show(cli, { slug, file: output }, () => [`${slug}: written to ${output}`]);
}
