import type { Client, Run, SentRunEvent, StepRecord } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, note, show } from "./cli.ts";
import { followRun } from "./follow-run.ts";
import { endOf } from "./run-end.ts";
import { readStand, standLine } from "./run-stand.ts";
import { connect } from "./terminal/connect.ts";
import { durationText, spanMs, stateText, stepText, timeText } from "./terminal/words.ts";

const STEP_WIDTH = 30; // as wide as a run's id
const TIME_AT = "2026-11-21 ".length;

export function addRunTail(parent: Command, cli: Cli): void {
  parent
    .command("tail")
    .description("show a run's steps as they happen, until it ends; ends with 4 if the run failed")
    .argument("<run>", "the run's id")
    .action(async (id: string) => {
      await tailRun(cli, await connect(cli), id);
    });
}

/** Follows a run to its end. Throws how the command ends when the run did not complete. */
export async function tailRun(cli: Cli, client: Client, id: string): Promise<void> {
  let last: Run | null = null;
  for await (const event of followRun(cli, client, id)) {
    show(cli, event, () => [eventLine(cli, event)]);
    if (event.type !== "run") continue;
    last = event.run;
    const stand = await readStand(client, event.run);
    if (stand) note(cli, standLine(event.run.id, stand));
  }
  const ended = last ?? (await client.getRun({ id }));
  if (ended.output !== null && ended.status === "completed" && cli.options().json !== true) {
    cli.terminal.out(JSON.stringify(ended.output, null, 2));
  }
  const failure = endOf(ended, await readStand(client, ended));
  if (failure) throw failure;
}

function eventLine(cli: Cli, event: SentRunEvent): string {
  return event.type === "step" ? stepLine(cli, event.step) : runLine(cli, event.run);
}

function stepLine({ terminal }: Cli, step: StepRecord): string {
  const tries = step.attempt > 1 ? `try ${step.attempt}` : "";
  const facts = [durationText(step.durationMs), tries, step.error?.message.replaceAll(/\s+/g, " ") ?? ""];
  const name = stepText(step.step, step.path).padEnd(STEP_WIDTH);
  return `${clock(terminal, momentOf(step))}  ${name}  ${stateText(terminal, step.status)}  ${facts.filter(Boolean).join(", ")}`.trimEnd();
}

/** When what is told of a step happened: its end, once it has ended. */
function momentOf({ startedAt, durationMs }: StepRecord): string {
  return durationMs === null ? startedAt : new Date(Date.parse(startedAt) + durationMs).toISOString();
}

function runLine({ terminal }: Cli, run: Run): string {
  const took = durationText(spanMs(run.createdAt, run.endedAt));
  const name = run.id.padEnd(STEP_WIDTH);
  return `${clock(terminal, run.endedAt ?? run.startedAt ?? run.createdAt)}  ${name}  ${stateText(terminal, run.status)}  ${took}`.trimEnd();
}

function clock(terminal: Cli["terminal"], iso: string): string {
  return terminal.paint("dim", timeText(iso).slice(TIME_AT));
}
