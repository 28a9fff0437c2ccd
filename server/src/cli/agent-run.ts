import type { Command } from "commander";
import { type Cli } from "./cli.ts";
import { startAs } from "./flow-run.ts";
import { CliError } from "./terminal/cli-error.ts";
import { connect } from "./terminal/connect.ts";
import { EXIT } from "./terminal/exit-codes.ts";
import { readAll, readJsonInput } from "./terminal/read-input.ts";
import { readSeconds } from "./terminal/read-seconds.ts";

interface Options {
  readonly input?: string;
  readonly wait?: number;
  readonly follow?: boolean;
}

export function addAgentRun(parent: Command, cli: Cli): void {
  parent
    .command("run")
    .description("tell an agent something; prints its run's id, or with --wait its answer")
    .argument("<agent>", "the agent's slug")
    .argument("[message]", "what it is told, or - for standard input")
    .option("--input <json>", "in place of a message, what its input describes: JSON, @file, or - for standard input")
    .option(
      "--wait <seconds>",
      "wait for the end so long at most; ends with 4 if it failed, 5 if it goes on",
      readSeconds,
    )
    .option("--follow", "show what it does as it happens")
    .action((slug: string, message: string | undefined, options: Options) => run(cli, slug, message, options));
}

async function run(cli: Cli, slug: string, message: string | undefined, options: Options): Promise<void> {
  const { input } = options;
  if ((message === undefined) === (input === undefined)) {
    const what = "give either a message or --input";
    throw new CliError(EXIT.usage, "usage", what, `steward agent run ${slug} "What is new?" --wait 60`);
  }
  const body =
    input === undefined
      ? { message: message === "-" ? await readAll(cli.stdin) : (message ?? "") }
      : { input: await readJsonInput(cli, input, "the input", "--input") };
  const client = await connect(cli);
  await startAs(cli, client, slug, (wait) => client.startTurn({ slug, body: { ...body, wait } }), options);
}
