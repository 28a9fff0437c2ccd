import type { Json } from "../core/json.ts";
import type { StepRecord } from "../core/run/record.ts";
import type { Task } from "../core/run/state.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { LiveRun } from "./live-run.ts";
import { record } from "./record.ts";
import { endingOf, type FinalOutcome } from "./step-ending.ts";

/** Records a step that began and ended at once. */
export function recordStep(
  parts: EngineParts,
  run: LiveRun,
  task: Task,
  outcome: FinalOutcome,
  input: Json | undefined,
  ms: number,
  more: Pick<StepRecord, "begins"> = {},
): void {
  const ending = endingOf(parts, task, outcome);
  const same = ending.status === "done" && input !== undefined && ending.output === input;
  const { output, ...rest } = ending;
  record(parts, run, {
    t: "step",
    step: task.step.id,
    path: task.frame.path,
    at: parts.clock.nowMs() - Math.round(ms),
    ms: Math.round(ms * 1000) / 1000,
    attempt: task.attempt,
    ...(input === undefined ? {} : { input }),
    ...(same ? { same: true as const } : output === undefined ? {} : { output }),
    ...rest,
    ...more,
  });
}
