import { createWriteStream } from "node:fs";
import { link, rename, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Cli } from "../cli.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import { withProgress } from "./with-progress.ts";

interface Target {
  /** The file, from the working folder. */
  readonly file: string;
  /** Whether it may take the place of one that is there. */
  readonly over: boolean;
  readonly doing: string;
}

/** Writes what comes to a file, whole or not at all; gives the bytes. */
export async function saveDownload(
  cli: Cli,
  pieces: AsyncIterable<Uint8Array>,
  { file: named, over, doing }: Target,
): Promise<number> {
  const file = path.resolve(cli.cwd, named);
  const part = `${file}.part`; // so that one that broke off is never taken for a whole one
  let bytes = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      bytes += piece.length;
      yield piece;
    }
  };
  try {
    await withProgress(cli.terminal, doing, () => pipeline(Readable.from(counted()), createWriteStream(part)));
    await (over ? rename(part, file) : nameNew(part, file));
    return bytes;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Gives the file its name unless something has it. */
async function nameNew(part: string, file: string): Promise<void> {
  try {
    await link(part, file);
  } catch {
    throw new CliError(EXIT.refused, "exists", `${file} is there already`, "name the file to write with --output");
  }
  await rm(part, { force: true });
}
