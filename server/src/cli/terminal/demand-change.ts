import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";

/** Ends a command that was to change something and was told nothing to change. */
export function demandChange(command: string, body: Readonly<Record<string, unknown>>): void {
  if (Object.values(body).some((value) => value !== undefined)) return;
  throw new CliError(EXIT.usage, "usage", "nothing was said to change", `${command} --help`);
}
