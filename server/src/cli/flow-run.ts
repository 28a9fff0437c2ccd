import { type Client, isTerminal, type Run } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { followRun } from "./follow-run.ts";
import { endOf } from "./run-end.ts";
import { readStand } from "./run-stand.ts";
import { tailRun } from "./run-tail.ts";
import { connect } from "./terminal/connect.ts";
import { readJsonInput } from "./terminal/read-input.ts";
import { readSeconds } from "./terminal/read-seconds.ts";
import { durationText, spanMs, stateText } from "./terminal/words.ts";
import { withProgress } from "./terminal/with-progress.ts";

/** How long the API holds the answer back; a longer wait goes on over the run's events, which tell of a doubt too. */
const HOLD_SECONDS_MAX = 1;

interface Options {
  readonly input?: string;
  readonly wait?: number;
  readonly follow?: boolean;
}

export function addFlowRun(parent: Command, cli: Cli): void {
  parent
    .command("run")
    .description("start a run; prints its id, or with --wait its output")
    .argument("<flow>", "the flow's slug")
    .option("--input <json>", "trigger.body of the run: JSON, @file, or - for standard input")
    .option(
      "--wait <seconds>",
      "wait for the end so long at most; ends with 4 if it failed, 5 if it goes on",
      readSeconds,
    )
    .option("--follow", "show the steps as they happen")
    .action((slug: string, options: Options) => run(cli, slug, options));
}

async function run(cli: Cli, slug: string, { input, ...options }: Options): Promise<void> {
  const body = input === undefined ? {} : { input: await readJsonInput(cli, input, "the input", "--input") };
  const client = await connect(cli);
  await startAs(cli, client, slug, (wait) => client.startRun({ slug, body: { ...body, wait } }), options);
}

/** Starts what `start` begins, and shows it as the options say: its id, its steps as they happen, or its end. */
export async function startAs(
  cli: Cli,
  client: Client,
  name: string,
  start: (wait?: number) => Promise<Run>,
  { wait, follow }: Pick<Options, "wait" | "follow">,
): Promise<void> {
  if (follow === true || wait === undefined) {
    const started = await start();
    if (follow !== true) return show(cli, started, () => [started.id]);
    note(cli, started.id);
    return await tailRun(cli, client, started.id);
  }
  await showOutcome(cli, client, await waitFor(cli, client, name, start, wait));
}

/** A run of a flow when it has ended or needs a person (`isDone` may ask for more), or as it stands after `seconds`. */
export async function startAndWait(
  cli: Cli,
  client: Client,
  slug: string,
  body: { readonly input?: Run["output"]; readonly pinned?: boolean },
  seconds: number,
  isDone?: (run: Run) => Promise<boolean>,
): Promise<Run> {
  return await waitFor(
    cli,
    client,
    slug,
    (wait) => client.startRun({ slug, body: { ...body, wait } }),
    seconds,
    isDone,
  );
}

/** The same of whatever `start` begins, which answers when that has ended, or after the seconds it is given. */
async function waitFor(
  cli: Cli,
  client: Client,
  name: string,
  start: (seconds: number) => Promise<Run>,
  seconds: number,
  isDone: (run: Run) => Promise<boolean> = async () => false,
): Promise<Run> {
  const until = AbortSignal.timeout(seconds * 1000);
  return await withProgress(cli.terminal, `waiting for ${name}`, async () => {
    const held = Math.min(seconds, HOLD_SECONDS_MAX);
    const started = await start(held);
    if (isTerminal(started.status) || seconds <= held) return started;
    for await (const event of followRun(cli, client, started.id, until)) {
      if (event.type !== "run") continue;
      const { status } = event.run;
      if (isTerminal(status) || status === "in_doubt" || status === "parked") return event.run;
      if (status === "waiting" && (await isDone(event.run))) return event.run;
    }
    return await client.getRun({ id: started.id });
  });
}

/** The output on standard output, what became of the run on standard error. */
async function showOutcome(cli: Cli, client: Client, ended: Run): Promise<void> {
  const took = durationText(spanMs(ended.createdAt, ended.endedAt));
  note(cli, `${stateText(cli.terminal, ended.status)} ${ended.id}${took === "" ? "" : ` in ${took}`}`);
  show(cli, ended, () => (ended.status === "completed" ? [JSON.stringify(ended.output, null, 2)] : []));
  const failure = endOf(ended, await readStand(client, ended));
  if (failure) throw failure;
}
