import type { Cli } from "../cli.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import { readAll } from "./read-input.ts";

const SECRET_CHARS_MAX = 16_384;
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";

/** A secret from a pipe, or typed without being shown. Never from the command line, where other users could read it. */
export async function readSecret(cli: Cli, prompt: string): Promise<string> {
  const secret = cli.stdin.isTTY ? await typed(cli, prompt) : (await readAll(cli.stdin)).replace(/\r?\n$/, "");
  if (secret === "") throw new CliError(EXIT.usage, "usage", "no secret was given", "give it by a pipe, or type it");
  if (secret.length > SECRET_CHARS_MAX) {
    throw new CliError(EXIT.usage, "usage", `the secret is longer than ${SECRET_CHARS_MAX} characters`);
  }
  return secret;
}

function typed({ stdin, terminal }: Cli, prompt: string): Promise<string> {
  return new Promise((done, fail) => {
    let text = "";
    const end = (): void => {
      stdin.off("data", take);
      stdin.setRawMode(false);
      stdin.pause();
      terminal.status(null);
    };
    const take = (piece: string): void => {
      for (const key of piece) {
        if (key === CTRL_C) {
          end();
          return fail(new CliError(EXIT.refused, "interrupted", "nothing was changed"));
        }
        if (key === "\r" || key === "\n" || key === CTRL_D) {
          end();
          return done(text);
        }
        if (key === "\u007F" || key === "\b") text = text.slice(0, -1);
        else if (key >= " " && text.length <= SECRET_CHARS_MAX) text += key;
      }
    };
    terminal.status(`${prompt} (not shown): `);
    stdin.setEncoding("utf8");
    stdin.setRawMode(true);
    stdin.on("data", take);
    stdin.resume();
  });
}
