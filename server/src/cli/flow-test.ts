import { type Client, FlowFile, type Step } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { startAndWait } from "./flow-run.ts";
import { endOf } from "./run-end.ts";
import { readSteps } from "./read-steps.ts";
import { runLines } from "./run-show.ts";
import { readStand, standOf } from "./run-stand.ts";
import { connect } from "./terminal/connect.ts";
import { readJsonInput } from "./terminal/read-input.ts";
import { readSeconds } from "./terminal/read-seconds.ts";

/** How many steps are named before the rest is only counted. */
const NAMED_MAX = 20;

interface Options {
  readonly input?: string;
  readonly wait: number;
}

export function addFlowTest(parent: Command, cli: Cli): void {
  parent
    .command("test")
    .description(
      "run the published version and show each step: a step with pinned yields that output, every other really runs, its requests too",
    )
    .argument("<flow>", "the flow's slug")
    .option("--input <json>", "trigger.body of the run: JSON, @file, or - for standard input")
    .option("--wait <seconds>", "wait for the end so long at most; not for an event or a person", readSeconds, 60)
    .action((slug: string, options: Options) => test(cli, slug, options));
}

async function test(cli: Cli, slug: string, { input, wait }: Options): Promise<void> {
  const body = input === undefined ? {} : { input: await readJsonInput(cli, input, "the input", "--input") };
  const client = await connect(cli);
  for (const line of await pinLines(client, slug)) note(cli, line);
  const standsStill = async (run: Parameters<typeof readStand>[1]): Promise<boolean> =>
    (await readStand(client, run)) !== null;
  const run = await startAndWait(cli, client, slug, { ...body, pinned: true }, wait, standsStill);
  const steps = await readSteps(client, run.id);
  show(cli, { ...run, steps: steps.items }, () => runLines(cli, run, steps));
  const failure = endOf(run, standOf(run, steps.items));
  if (failure) throw failure;
}

/** What of the published version is pinned and what really runs; nothing when there is none to read. */
async function pinLines(client: Client, slug: string): Promise<readonly string[]> {
  const { version } = await client.getFlow({ slug });
  const file = version === null ? null : FlowFile.safeParse(await client.getVersion({ slug, version })).data;
  if (!file) return [];
  const steps = allSteps(file.steps);
  return [
    `pinned, not run: ${namesOf(steps.filter(isPinned))}`,
    `really run: ${namesOf(steps.filter((step) => !isPinned(step)))}`,
  ];
}

function isPinned({ pinned }: Step): boolean {
  return pinned !== undefined;
}

/** With those inside loops; what is inside a pinned loop does not run. */
function allSteps(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap((step) => [step, ...(isPinned(step) ? [] : allSteps(step.steps ?? []))]);
}

function namesOf(steps: readonly Step[]): string {
  const names = steps.slice(0, NAMED_MAX).map(({ id, kind }) => {
    if (kind === "http") return `${id} (sends a request)`;
    return kind === "flow" ? `${id} (starts a flow)` : id;
  });
  const more = steps.length - names.length;
  return names.length === 0 ? "none" : `${names.join(", ")}${more === 0 ? "" : ` and ${more} more`}`;
}
