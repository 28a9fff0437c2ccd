import { Command } from "commander";
import type { Cli, CliParts } from "./cli.ts";
import { addCredentialDelete } from "./credential-delete.ts";
import { addCredentialList } from "./credential-list.ts";
import { addCredentialSet } from "./credential-set.ts";
import { addExampleAdd } from "./example-add.ts";
import { addExampleList } from "./example-list.ts";
import { addFlowDelete } from "./flow-delete.ts";
import { addFlowList } from "./flow-list.ts";
import { addFlowPause } from "./flow-pause.ts";
import { addFlowPublish } from "./flow-publish.ts";
import { addFlowPull } from "./flow-pull.ts";
import { addFlowPush } from "./flow-push.ts";
import { addFlowRestore } from "./flow-restore.ts";
import { addFlowResume } from "./flow-resume.ts";
import { addFlowRun } from "./flow-run.ts";
import { addFlowTest } from "./flow-test.ts";
import { addLink } from "./link.ts";
import { addLogin } from "./login.ts";
import { addRunCancel } from "./run-cancel.ts";
import { addRunEvent } from "./run-event.ts";
import { addRunList } from "./run-list.ts";
import { addRunResolve } from "./run-resolve.ts";
import { addRunRetry } from "./run-retry.ts";
import { addRunShow } from "./run-show.ts";
import { addRunTail } from "./run-tail.ts";
import { EXIT_MEANINGS } from "./terminal/exit-codes.ts";
import { addUp } from "./up.ts";
import { addVariableDelete } from "./variable-delete.ts";
import { addVariableList } from "./variable-list.ts";
import { addVariableSet } from "./variable-set.ts";
import { addWorker } from "./worker.ts";

type Add = (parent: Command, cli: Cli) => void;

interface Group {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly Add[];
}

const GROUPS: readonly Group[] = [
  {
    name: "flow",
    summary: "flows: push, publish, run, test, …",
    commands: [
      addFlowPush,
      addFlowPull,
      addFlowPublish,
      addFlowRun,
      addFlowTest,
      addFlowList,
      addFlowPause,
      addFlowResume,
      addFlowDelete,
      addFlowRestore,
    ],
  },
  {
    name: "run",
    summary: "runs: list, show, tail, cancel, retry, …",
    commands: [addRunList, addRunShow, addRunTail, addRunCancel, addRunRetry, addRunResolve, addRunEvent],
  },
  { name: "example", summary: "examples that come with Steward", commands: [addExampleList, addExampleAdd] },
  {
    name: "credential",
    summary: "secrets that steps and triggers name",
    commands: [addCredentialSet, addCredentialList, addCredentialDelete],
  },
  {
    name: "variable",
    summary: "plain values that flows read as vars",
    commands: [addVariableSet, addVariableList, addVariableDelete],
  },
];

const EXAMPLES = `
Examples:
  steward up                                   start everything, here
  steward example add hello                    begin with an example
  steward flow push order.flow.json --publish  store and publish a flow file
  steward flow run order --input '{"n": 42}' --wait 10
  steward run tail run_…                       watch it, live

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
  program.commandsGroup("Work:");
  for (const { name, summary, commands } of GROUPS) {
    const group = program.command(name).description(summary).usage("<command>").helpCommand(false).exitOverride();
    for (const add of commands) add(group, cli);
  }
  program.addHelpText("after", EXAMPLES);
  return program;
}
