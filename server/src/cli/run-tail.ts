import type { Client, Run, SentRunEvent, StepRecord } from "@steward/sdk";
import type { Command } from "commander";
import { type Cli, show } from "./cli.ts";
import { endOf } from "./run-end.ts";
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
  for await (const event of client.events(id)) {
    show(cli, event, () => [eventLine(cli, event)]);
    if (event.type === "run") last = event.run;
  }
  const ended = last ?? (await client.getRun({ id }));
  if (ended.output !== null && ended.status === "completed" && cli.options().json !== true) {
    cli.terminal.out(JSON.stringify(ended.output, null, 2));
  }
  const failure = endOf(ended);
  if (failure) throw failure;
}

function eventLine(cli: Cli, event: SentRunEvent): string {
  return event.type === "step" ? stepLine(cli, event.step) : runLine(cli, event.run);
}

function stepLine({ terminal }: Cli, step: StepRecord): string {
  const tries = step.attempt > 1 ? `try ${step.attempt}` : "";
  const facts = [durationText(step.durationMs), tries, step.error?.message.replaceAll(/\s+/g, " ") ?? ""];
  const name = stepText(step.step, step.path).padEnd(STEP_WIDTH);
  return `${clock(terminal, step.startedAt)}  ${name}  ${stateText(terminal, step.status)}  ${facts.filter(Boolean).join(", ")}`.trimEnd();
}

function runLine({ terminal }: Cli, run: Run): string {
  const took = durationText(spanMs(run.createdAt, run.endedAt));
  const name = run.id.padEnd(STEP_WIDTH);
  return `${clock(terminal, run.endedAt ?? run.startedAt ?? run.createdAt)}  ${name}  ${stateText(terminal, run.status)}  ${took}`.trimEnd();
}

function clock(terminal: Cli["terminal"], iso: string): string {
  return terminal.paint("dim", timeText(iso).slice(TIME_AT));
}
