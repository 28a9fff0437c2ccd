/** How a step's outcome is recorded. */
import { unreachable } from "../core/invariant.ts";
import type { Json } from "../core/json.ts";
import { retryDelayMs } from "../core/retry.ts";
import type { Task } from "../core/run/state.ts";
import type { Retryable, StepError, StepOutcome } from "../core/step-kind.ts";
import type { EngineParts } from "./engine-parts.ts";

/** Outcomes that end a step. */
export type FinalOutcome = Extract<StepOutcome, { kind: "output" | "fail" | "reply" }>;

interface Ending {
  readonly status: "done" | "failed";
  readonly output?: Json;
  readonly port?: string;
  readonly error?: StepError;
  readonly retryAt?: number;
  readonly reply?: { readonly status: number; readonly headers: Readonly<Record<string, string>> };
}

/** How an outcome is recorded; a failure may be followed by another attempt, by the step's policy. */
export function endingOf(parts: EngineParts, task: Task, outcome: FinalOutcome): Ending {
  const output = outcome.kind === "fail" || outcome.output === undefined ? {} : { output: outcome.output };
  switch (outcome.kind) {
    case "output":
      return { status: "done", ...output, ...(outcome.port === undefined ? {} : { port: outcome.port }) };
    case "reply":
      return { status: "done", ...output, reply: { status: outcome.status, headers: outcome.headers } };
    case "fail": {
      const retryAt = retryTime(parts, task, outcome.retry);
      return { status: "failed", error: outcome.error, ...(retryAt === null ? {} : { retryAt }) };
    }
    default:
      return unreachable(outcome);
  }
}

function retryTime(parts: EngineParts, task: Task, retry: Retryable): number | null {
  const policy = task.step.definition.retry;
  if (!policy || retry === "never" || task.attempt > policy.times) return null;
  const delay = retryDelayMs(policy, task.attempt, parts.ids.random());
  const asked = retry === "policy" ? 0 : Math.min(retry.afterMs, policy.delayMsMax);
  return parts.clock.nowMs() + Math.max(delay, asked);
}

export function failed(
  code: string,
  message: string,
  retry: Retryable = "never",
): Extract<StepOutcome, { kind: "fail" }> {
  return { kind: "fail", error: { code, message }, retry };
}
