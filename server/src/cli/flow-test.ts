import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { startAndWait } from "./flow-run.ts";
import { endOf } from "./run-end.ts";
import { readSteps, runLines } from "./run-show.ts";
import { connect } from "./terminal/connect.ts";
import { readJsonInput } from "./terminal/read-input.ts";
import { readSeconds } from "./terminal/read-seconds.ts";

interface Options {
  readonly input?: string;
  readonly wait: number;
}

export function addFlowTest(parent: Command, cli: Cli): void {
  parent
    .command("test")
    .description("run the published version with pinned outputs in place of their steps, and show each step")
    .argument("<flow>", "the flow's slug")
    .option("--input <json>", "trigger.body of the run: JSON, @file, or - for standard input")
    .option("--wait <seconds>", "wait for the end so long at most", readSeconds, 60)
    .action((slug: string, options: Options) => test(cli, slug, options));
}

async function test(cli: Cli, slug: string, { input, wait }: Options): Promise<void> {
  const body = input === undefined ? {} : { input: await readJsonInput(cli, input, "the input") };
  const client = await connect(cli);
  const run = await startAndWait(cli, client, slug, { ...body, pinned: true }, wait);
  const steps = await readSteps(client, run.id);
  show(cli, { ...run, steps: steps.items }, () => runLines(cli, run, steps));
  const failure = endOf(run);
  if (failure) throw failure;
}
