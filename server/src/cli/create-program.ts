import { Command } from "commander";
import { BOUNDS } from "./bounds-commands.ts";
import type { Cli, CliParts } from "./cli.ts";
import { CONNECTIONS } from "./connection-commands.ts";
import { DATA } from "./data-commands.ts";
import type { Group } from "./group.ts";
import { INSTALLATION } from "./installation-commands.ts";
import { addLink } from "./link.ts";
import { addLogin } from "./login.ts";
import { PEOPLE } from "./people-commands.ts";
import { addProve } from "./prove.ts";
import { EXIT_MEANINGS } from "./terminal/exit-codes.ts";
import { addUp } from "./up.ts";
import { WORK } from "./work-commands.ts";
import { addWorker } from "./worker.ts";

const EXAMPLES = `
Examples:
  steward up                                   start everything, here
  steward example add hello                    begin with an example
  steward flow push order.flow.json --publish  store and publish a flow file
  steward flow run order --input '{"n": 42}' --wait 10
  steward run tail run_…                       watch it, live
  steward invitation create ada@example.com builder

Exit codes:
${EXIT_MEANINGS.map(([code, meaning]) => `  ${code}  ${meaning}`).join("\n")}`;

/** The whole command line. Ends by throwing, never by ending the process. */
export function createProgram(parts: CliParts): Command {
  const program = new Command("steward");
  const cli: Cli = { ...parts, options: () => program.opts() };
  program
    .description("Runs the work you delegate, durably, on your own machine.")
    .usage("<command>")
    .option("--json", "print one JSON document a line, for programs")
    .option("--url <address>", "which Steward to talk to (STEWARD_URL, else the login, else the one of this folder)")
    .option("--project <project>", "work in this one, by slug or id, instead of the key's own (STEWARD_PROJECT)")
    .option("--organization <organization>", "by name or id, instead of the key's own")
    .option("--key <key>", "the API key; other users of this machine can see it, prefer STEWARD_API_KEY or login")
    .version(parts.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => parts.terminal.out(text.trimEnd()),
      writeErr: (text) => parts.terminal.err(text.trimEnd()),
      outputError: () => undefined, // run-cli.ts says it, on one line
      getOutHelpWidth: () => parts.terminal.columns ?? 100,
      getErrHelpWidth: () => parts.terminal.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
  program.commandsGroup("Start:");
  for (const add of [addUp, addWorker, addLogin, addLink]) add(program, cli);
  addGroups(program, cli, "Work:", WORK);
  addGroups(program, cli, "Connections:", CONNECTIONS);
  addGroups(program, cli, "Bounds:", BOUNDS);
  addGroups(program, cli, "Data:", DATA);
  addGroups(program, cli, "People:", PEOPLE);
  addGroups(program, cli, "Installation:", INSTALLATION);
  addProve(program, cli);
  program.addHelpText("after", EXAMPLES);
  return program;
}

function addGroups(program: Command, cli: Cli, heading: string, groups: readonly Group[]): void {
  program.commandsGroup(heading);
  for (const { name, summary, commands } of groups) {
    const group = program.command(name).description(summary).usage("<command>").helpCommand(false).exitOverride();
    for (const add of commands) add(group, cli);
  }
}
