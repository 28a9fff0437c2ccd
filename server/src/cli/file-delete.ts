import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { countText } from "./terminal/words.ts";

interface Options {
  readonly folder?: boolean;
  readonly forever?: boolean;
}

export function addFileDelete(parent: Command, cli: Cli): void {
  parent
    .command("delete")
    .description("delete a file, or with --folder all files in a folder; they can be brought back for 30 days")
    .argument("<path>", "its path; with --forever also the id of a deleted one")
    .option("--folder", "the path is a folder")
    .option("--forever", "give a file's room back at once: it can't be brought back")
    .action((path: string, options: Options) => remove(cli, path, options));
}

async function remove(cli: Cli, path: string, { folder, forever = false }: Options): Promise<void> {
  const client = await connect(cli);
  if (folder === true) {
    const deleted = await client.deleteFolder({ body: { path } });
    show(cli, { path, ...deleted }, () => [`${path}: ${countText(deleted.files, "file")} deleted`]);
  } else {
    const file = path.startsWith("fil_") && forever ? path : (await client.findFile({ path })).id;
    await client.deleteFile({ file, forever: forever ? "true" : "false" });
    show(cli, { path, deleted: true, forever }, () => [`${path}: deleted${forever ? " for good" : ""}`]);
  }
  if (!forever) note(cli, `Next, to bring it back: steward file restore ${folder === true ? "<path>" : path}`);
}
