import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import type { StartRun } from "@steward/sdk";
import { messageOf } from "../../core/thrown.ts";
import type { Cli } from "../cli.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";

export type InputJson = NonNullable<StartRun["input"]>;

const INPUT_CHARS_MAX = 16_777_216;

/** JSON from the command line: the text itself, `@file`, or `-` for standard input. `what`, `how` and `example` name it in errors. */
export async function readJsonInput(
  cli: Cli,
  given: string,
  what: string,
  how: string,
  example = '{"name": "ada"}',
): Promise<InputJson> {
  const text = await readTextInput(cli, given);
  try {
    const value: InputJson = JSON.parse(text);
    return value;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(EXIT.usage, "usage", `${what} is not JSON: ${why}`, `quote it: ${how} '${example}'`);
  }
}

/** A text from the command line: itself, `@file`, or `-` for standard input. */
export async function readTextInput(cli: Cli, given: string): Promise<string> {
  if (given === "-") return await readAll(cli.stdin);
  return given.startsWith("@") ? await readFileAt(cli, given.slice(1)) : given;
}

/** A file relative to the working folder; a missing one ends the command and names it. */
export async function readFileAt(cli: Cli, file: string): Promise<string> {
  try {
    return await readFile(path.resolve(cli.cwd, file), "utf8");
  } catch (error) {
    throw unreadable(cli, file, error);
  }
}

/** What ends a command whose file can't be read. */
export function unreadable(cli: Cli, file: string, error: unknown): CliError {
  const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
  const why = isMissing ? "it does not exist" : messageOf(error);
  return new CliError(EXIT.usage, "usage", `${file} can't be read: ${why}`, `give a path from ${cli.cwd}`);
}

/** All of a stream, at most 16 million characters. */
export async function readAll(stream: Readable): Promise<string> {
  let text = "";
  stream.setEncoding("utf8");
  for await (const piece of stream) {
    text += String(piece);
    if (text.length > INPUT_CHARS_MAX) throw new CliError(EXIT.usage, "usage", "the input is larger than 16 MB");
  }
  return text;
}
