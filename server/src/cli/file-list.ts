import { type File, type FileEntry, listAll } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { connect } from "./terminal/connect.ts";
import { tableLines } from "./terminal/table.ts";
import { timeText } from "./terminal/words.ts";

interface Options {
  readonly search?: string;
  readonly deleted?: boolean;
}

export function addFileList(parent: Command, cli: Cli): void {
  parent
    .command("list")
    .description("files and folders of the project's volume")
    .argument("[folder]", "a folder; by default the volume itself", "")
    .option("--search <text>", "files at any depth whose path holds the text")
    .option("--deleted", "files that were deleted and can be brought back")
    .action((folder: string, options: Options) => list(cli, folder, options));
}

async function list(cli: Cli, folder: string, { search, deleted }: Options): Promise<void> {
  const client = await connect(cli);
  const pages: AsyncIterable<FileEntry> =
    deleted === true
      ? listAll(client.listDeletedFiles, { limit: 100 })
      : listAll(client.listFiles, { limit: 100, folder, search });
  const items = await Array.fromAsync(pages);
  show(cli, { items }, () => {
    const titles = [
      { title: "BYTES", right: true },
      { title: deleted === true ? "DELETED" : "CHANGED" },
      { title: "PATH" },
    ];
    return items.length === 0 ? [] : tableLines(titles, items.map(rowOf), cli.terminal.columns);
  });
  if (items.length === 0)
    note(cli, deleted === true ? "nothing is deleted" : "nothing here. Next: steward file put <file>");
}

function rowOf(entry: FileEntry): string[] {
  return entry.kind === "folder" ? ["", "", `${entry.path}/`] : fileRow(entry);
}

function fileRow({ bytes, updatedAt, deletedAt, path }: File): string[] {
  return [String(bytes), timeText(deletedAt ?? updatedAt), path];
}
