import { type Client, type File, listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { readCount } from "./terminal/read-count.ts";

interface Options {
  readonly content?: number;
  readonly to?: string;
}

export function addFileRestore(parent: Command, cli: Cli): void {
  parent
    .command("restore")
    .description("bring a deleted file back, or with --content an earlier version of a file")
    .argument("<path>", "its path, or its id; of several deleted at one path the latest")
    .option("--content <version>", "make this version the present one", readCount(999_999_999))
    .option("--to <path>", "bring a deleted file back to this path instead")
    .action((path: string, options: Options) => restore(cli, path, options));
}

async function restore(cli: Cli, path: string, { content: version, to }: Options): Promise<void> {
  const client = await connect(cli);
  const file =
    version === undefined
      ? await client.restoreFile({ file: await deletedAt(client, path), body: to === undefined ? {} : { path: to } })
      : await client.restoreFileVersion({ file: (await client.findFile({ path })).id, version });
  show(cli, file, () => [`${file.path}: back, version ${file.version}`]);
}

async function deletedAt(client: Client, path: string): Promise<File["id"]> {
  if (path.startsWith("fil_")) return path;
  for await (const file of listAll(client.listDeletedFiles, { limit: 100 })) if (file.path === path) return file.id;
  throw new CliError(EXIT.refused, "not_found", `no file was deleted at ${path}`, "steward file list --deleted");
}
