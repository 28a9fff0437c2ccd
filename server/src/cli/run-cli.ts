import { type Command, CommanderError } from "commander";
import type { CliParts } from "./cli.ts";
import { createProgram } from "./create-program.ts";
import { asCalled } from "./terminal/as-called.ts";
import { CliError } from "./terminal/cli-error.ts";
import { errorLine, explain, type Subject } from "./terminal/explain.ts";
import { EXIT } from "./terminal/exit-codes.ts";

/** Runs one command line (`argv` without the program) to its end; gives the exit code. Never throws. */
export async function runCli(parts: CliParts, argv: readonly string[]): Promise<number> {
  const program = createProgram(parts);
  let subject: Subject = {};
  program.hook("preAction", (_, command) => {
    subject = subjectOf(command);
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return EXIT.ok;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.ok; // --help and --version
    if (thrown instanceof CommanderError && thrown.code === "commander.help") return EXIT.usage; // it was shown
    const error = thrown instanceof CommanderError ? usageError(thrown, program, argv) : explain(thrown, subject);
    tell(parts, error, argv.includes("--json"));
    return error.exit;
  }
}

function tell(parts: CliParts, error: CliError, json: boolean): void {
  const { terminal } = parts;
  if (json) {
    const { code, message, next, lines, exit } = error;
    return terminal.err(JSON.stringify({ error: { code, message, next, details: lines, exit } }));
  }
  for (const line of error.lines) terminal.err(line);
  terminal.err(errorLine({ message: error.message, next: error.next && asCalled(parts, error.next) }));
}

function subjectOf(command: Command): Subject {
  const values = command.registeredArguments.map((argument, at) => [argument.name(), command.args[at]] as const);
  const { flow } = command.opts();
  return { ...(typeof flow === "string" ? { flow } : {}), ...Object.fromEntries(values) };
}

/** A command line that is not understood: what is wrong, and the help of the command that was begun. */
function usageError(error: CommanderError, program: Command, argv: readonly string[]): CliError {
  let command = program;
  let path = program.name();
  for (const word of argv.filter((one) => !one.startsWith("-"))) {
    const inner = command.commands.find((one) => one.name() === word);
    if (!inner) break;
    command = inner;
    path += ` ${word}`;
  }
  return new CliError(EXIT.usage, "usage", error.message.replace(/^error: /, ""), `${path} --help`);
}
