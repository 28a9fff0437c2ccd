import { openAsBlob } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import type { StreamableBody } from "@steward/sdk";
import type { Cli } from "./cli.ts";
import { CliError } from "./terminal/cli-error.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { unreadable } from "./terminal/read-input.ts";

/** A file of this machine, or `-` for standard input, read as it is sent; of a file its length is announced. */
export async function fileBody(cli: Cli, given: string): Promise<StreamableBody> {
  if (given !== "-") {
    const file = path.resolve(cli.cwd, given);
    const found = await stat(file).catch((error: unknown) => {
      throw unreadable(cli, given, error);
    });
    if (!found.isFile()) throw new CliError(EXIT.usage, "usage", `${given} is not a file`);
    return await openAsBlob(file);
  }
  const pieces = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for await (const piece of Readable.from(cli.stdin, { objectMode: true })) yield new Uint8Array(Buffer.from(piece));
  };
  return ReadableStream.from(pieces());
}
