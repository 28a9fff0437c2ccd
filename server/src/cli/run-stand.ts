import { type Client, isTerminal, type Run, type RunSummary, type StepRecord } from "@steward/sdk";
import { readSteps } from "./read-steps.ts";
import { stepText } from "./terminal/words.ts";

/** Where a run stands that does not go on by itself, and the next command; null where it does, or has ended. */
export interface Stand {
  readonly what: string;
  readonly next: string;
}

/** As `standOf`; asks for the steps only where they matter. */
export async function readStand(client: Client, run: Run | RunSummary): Promise<Stand | null> {
  if (isTerminal(run.status) || run.status === "running" || run.status === "queued") return null;
  return standOf(run, (await readSteps(client, run.id)).items);
}

export function standOf(run: Run | RunSummary, steps: readonly StepRecord[]): Stand | null {
  if (run.status === "in_doubt") return doubtOf(run.id, steps);
  if (run.status === "parked") {
    const next = `look at its last step, then: steward run resolve ${run.id} --repeat, or: steward run cancel ${run.id}`;
    return { what: `parked: ${run.error?.message ?? "it stopped Steward several times"}`, next };
  }
  if (run.status !== "waiting") return null;
  for (const { status, input, step, path } of steps) {
    const event = status === "waiting" && isRecord(input) ? input["event"] : undefined;
    if (typeof event !== "string") continue;
    const what = `waiting for the event ${JSON.stringify(event)} in step ${stepText(step, path)}`;
    return { what, next: `steward run event ${run.id} ${shellText(event)} '<json>'` };
  }
  return null;
}

function doubtOf(id: string, steps: readonly StepRecord[]): Stand {
  const [one, ...others] = steps.filter((step) => step.status === "in_doubt");
  const where = one === undefined ? "a step" : `step ${stepText(one.step, one.path)}`;
  const more = others.length === 0 ? "" : `, and of ${others.length} more`;
  const path = one === undefined || one.path.length === 0 ? "" : ` --path ${one.path.join(",")}`;
  const which = one === undefined || others.length === 0 ? "" : ` --step ${one.step}${path}`;
  const ways = `steward run resolve ${id}${which} --done --result '<json>' | --repeat | --fail`;
  return {
    what: `in doubt: nobody knows whether the request of ${where}${more} arrived`,
    next: `look at the other side first, then: ${ways}`,
  };
}

/** `run_… is waiting for …. Next: …` as a person reads it. */
export function standLine(id: string, { what, next }: Stand): string {
  return `${id} is ${what}. Next: ${next}`;
}

/** A word as a shell takes it. */
function shellText(text: string): string {
  return /^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
