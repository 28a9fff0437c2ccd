import type { Cli } from "../cli.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import { readAll } from "./read-input.ts";
import { readSecret } from "./read-secret.ts";

/** Gives one secret after the other: each is asked for at a terminal, each is a line of a pipe. */
export async function readAnswers(cli: Cli): Promise<(prompt: string) => Promise<string>> {
  if (cli.stdin.isTTY) return (prompt) => readSecret(cli, prompt);
  const lines = (await readAll(cli.stdin)).split(/\r?\n/);
  return (prompt) => {
    const line = lines.shift();
    if (line !== undefined && line !== "") return Promise.resolve(line);
    const hint = "give one a line by a pipe, or type them";
    return Promise.reject(new CliError(EXIT.usage, "usage", `the pipe held no ${prompt}`, hint));
  };
}
