import type { Cli } from "../cli.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";

/** What can't be undone, as it is asked about. */
export interface Doom {
  /** `all rows of orders are gone for good`. */
  readonly what: string;
  /** What has to be typed, which names the thing. */
  readonly name: string;
  /** Of `--yes`. */
  readonly given: string | undefined;
  /** The command without `--yes`. */
  readonly command: string;
}

/** Goes on only when the thing was named once more: typed at a terminal, with `--yes` elsewhere. */
export async function confirm(cli: Cli, { what, name, given, command }: Doom): Promise<void> {
  if (given === name) return;
  if (given !== undefined) {
    const message = `--yes says ${given}, and this is ${name}: nothing was changed`;
    throw new CliError(EXIT.usage, "usage", message, `${command} --yes ${name}`);
  }
  if (!cli.stdin.isTTY || cli.options().json === true) {
    throw new CliError(EXIT.usage, "usage", `this can't be undone: ${what}`, `${command} --yes ${name}`);
  }
  cli.terminal.err(`This can't be undone: ${what}. Type ${name} to go on, anything else to stop:`);
  if ((await line(cli)) !== name) throw new CliError(EXIT.refused, "interrupted", "nothing was changed");
}

/** One line as it is typed, shown by the terminal itself; empty when there is none. */
function line({ stdin }: Cli): Promise<string> {
  return new Promise((done) => {
    const end = (text: string): void => {
      stdin.off("data", take);
      stdin.off("end", none);
      stdin.pause();
      done(text.trim());
    };
    const take = (piece: string): void => end(piece);
    const none = (): void => end("");
    stdin.setEncoding("utf8");
    stdin.on("data", take);
    stdin.on("end", none);
    stdin.resume();
  });
}
