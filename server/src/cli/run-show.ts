import type { Run, StepRecord } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { readSteps, type ShownSteps, STEPS_SHOWN } from "./read-steps.ts";
import { standLine, standOf } from "./run-stand.ts";
import { connect } from "./terminal/connect.ts";
import { readCount } from "./terminal/read-count.ts";
import { tableLines } from "./terminal/table.ts";
import { countText, durationText, spanMs, stateText, stepText, timeText } from "./terminal/words.ts";

const STEPS_MAX = 100_000;
export function addRunShow(parent: Command, cli: Cli): void {
  parent
    .command("show")
    .description("a run: its steps, its error, its output")
    .argument("<run>", "the run's id")
    .option("--limit <count>", "how many step records at most", readCount(STEPS_MAX), STEPS_SHOWN)
    .action((id: string, options: { readonly limit: number }) => showRun(cli, id, options.limit));
}

async function showRun(cli: Cli, id: string, limit: number): Promise<void> {
  const client = await connect(cli);
  const [run, steps] = await Promise.all([client.getRun({ id }), readSteps(client, id, limit)]);
  show(cli, { ...run, steps: steps.items }, () => runLines(cli, run, steps));
  const stand = standOf(run, steps.items);
  if (stand) note(cli, standLine(id, stand));
}

/** A run as a person reads it. */
export function runLines({ terminal }: Cli, run: Run, steps: ShownSteps): readonly string[] {
  const took = durationText(spanMs(run.startedAt, run.endedAt));
  const from = run.retryOf === null ? "" : `, retry of ${run.retryOf}`;
  const facts = `${run.flow} version ${run.version}, by ${run.trigger}${from}, ${timeText(run.createdAt)}`;
  return [
    `${terminal.paint("bold", run.id)}  ${stateText(terminal, run.status)}${took === "" ? "" : ` in ${took}`}`,
    terminal.paint("dim", facts),
    ...(steps.items.length === 0
      ? []
      : ["", ...stepLines(terminal.columns, steps.items, (step) => stateText(terminal, step.status))]),
    ...(steps.more
      ? [terminal.paint("dim", `the first ${countText(steps.items.length, "step record")}; --limit for more`)]
      : []),
    ...(run.error === null ? [] : ["", `${terminal.paint("red", "error")}  ${run.error.code}: ${run.error.message}`]),
    ...(run.output === null ? [] : ["", terminal.paint("dim", "output"), JSON.stringify(run.output, null, 2)]),
  ];
}

function stepLines(
  columns: number | null,
  steps: readonly StepRecord[],
  state: (step: StepRecord) => string,
): readonly string[] {
  const titles = [
    { title: "STEP" },
    { title: "STATE" },
    { title: "TRY", right: true },
    { title: "TOOK", right: true },
    { title: "" },
  ];
  const rows = steps.map((step) => [
    stepText(step.step, step.path),
    state(step),
    String(step.attempt),
    durationText(step.durationMs),
    remark(step),
  ]);
  return tableLines(titles, rows, columns);
}

function remark({ error, copied, approval, status, output }: StepRecord): string {
  if (error !== null) return error.message.replaceAll(/\s+/g, " ");
  if (approval !== null && status === "waiting") return `waits for approval ${approval}`;
  if (isByModel(output)) return "written by a model";
  return copied ? "kept from the run before" : "";
}

function isByModel(output: StepRecord["output"]): boolean {
  return typeof output === "object" && output !== null && !Array.isArray(output) && output["by"] === "model";
}
