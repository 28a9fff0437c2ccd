import type { Cli } from "./cli.ts";
import { CliError } from "./terminal/cli-error.ts";
import { EXIT } from "./terminal/exit-codes.ts";

/**
 * The arguments of a command that takes a project before them: given, or left out with `--project`. Throws `usage` where
 * neither names it, or both name another.
 */
export function projectFirst<Rest extends readonly string[]>(
  cli: Cli,
  command: string,
  given: readonly [...Rest, string | undefined],
): readonly [project: string, ...Rest] {
  const { project } = cli.options();
  const words = given.filter((one) => one !== undefined);
  if (words.length < given.length) {
    if (project === undefined)
      throw new CliError(EXIT.usage, "usage", "no project is named", `${command} --help, or --project <project>`);
    words.unshift(project);
  } else if (project !== undefined && project !== words[0])
    throw new CliError(EXIT.usage, "usage", `--project says ${project}, and the command ${words[0]}`, "name it once");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as many as were given, the project among them
  return words as unknown as readonly [string, ...Rest];
}
