/** Begins a step: evaluates and checks its input, runs its kind, and records or begins what it asks for. */
import type { z } from "zod";
import { DEFAULT_LIMITS } from "../core/expression/machine.ts";
import { evaluateInTurn, evaluateTemplate } from "../core/expression/template.ts";
import { unreachable } from "../core/invariant.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Task } from "../core/run/state.ts";
import type { StepContext, StepOutcome } from "../core/step-kind.ts";
import { askStep } from "./ask-people.ts";
import { callFlow } from "./call-flow.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { LiveRun } from "./live-run.ts";
import { record } from "./record.ts";
import { runCode } from "./run-code.ts";
import { recordStep } from "./record-step.ts";
import { beginEffect } from "./run-effect.ts";
import { scopeOf } from "./scope-of.ts";
import { failed } from "./step-ending.ts";
import { unsetVariables } from "./unset-variables.ts";

/** What all of a step's own evaluations may use together, as for the items of a map: about 0.1 s of the event loop. */
const STEP_LIMITS = { ...DEFAULT_LIMITS, steps: 1_000_000, bytesMade: 4 * DEFAULT_LIMITS.bytesMade };

export function startStep(parts: EngineParts, run: LiveRun, task: Task): void {
  const { step } = task;
  const { pinned } = step.definition;
  if (run.state.pinned && pinned !== undefined) {
    return recordStep(parts, run, task, { kind: "output", output: pinned as Json }, undefined, 0);
  }
  const scope = scopeOf(run, task);
  const evaluated = evaluateTemplate(step.input, scope);
  if (!evaluated.ok) {
    return recordStep(
      parts,
      run,
      task,
      failed("expression_failed", `${evaluated.field} of step ${step.id}: ${evaluated.message}`),
      undefined,
      0,
    );
  }
  const checked = step.kind.schema.safeParse(evaluated.value);
  if (!checked.success) {
    return recordStep(
      parts,
      run,
      task,
      failed("input_invalid", describeIssue(step, checked.error, run.project.variables)),
      evaluated.value,
      0,
    );
  }
  const began = parts.clock.monotonicMs();
  const said = step.kind.run(checked.data, contextOf(parts, scope), step.prepared);
  const outcome =
    said.kind === "fail" ? withUnset(said, unsetVariables(step.definition.input, run.project.variables)) : said;
  follow(parts, run, task, outcome, evaluated.value, parts.clock.monotonicMs() - began);
}

function follow(
  parts: EngineParts,
  run: LiveRun,
  task: Task,
  outcome: StepOutcome,
  input: Json | undefined,
  ms: number,
): void {
  const at = parts.clock.nowMs();
  const begin = {
    t: "begin",
    step: task.step.id,
    path: task.frame.path,
    at,
    attempt: task.attempt,
    ...(input === undefined ? {} : { input }),
  } as const;
  const timeoutMs = task.step.definition.timeoutMs;
  const timed = timeoutMs === undefined ? {} : { timeoutAt: at + timeoutMs };
  switch (outcome.kind) {
    case "output":
    case "fail":
    case "reply":
      return recordStep(parts, run, task, outcome, input, ms);
    case "effect":
      return beginEffect(parts, run, task, outcome.effect, begin);
    case "code":
      return runCode(parts, run, task, outcome.code, input);
    case "approval":
      return askStep(parts, run, task, outcome, { ...begin, ...timed });
    case "wait": {
      const { dueMs, event } = outcome;
      const limit = Math.min(outcome.timeoutMs ?? Number.POSITIVE_INFINITY, timeoutMs ?? Number.POSITIVE_INFINITY);
      const ends = limit === Number.POSITIVE_INFINITY ? {} : { timeoutAt: at + limit };
      return record(parts, run, { ...begin, ...ends, pending: { kind: "wait", dueMs, event } });
    }
    case "call":
      return callFlow(parts, run, task, outcome, { ...begin, ...timed });
    case "each":
      return record(parts, run, {
        ...begin,
        ...timed,
        input: { items: outcome.items, parallel: outcome.parallel },
        pending: { kind: "each", parallel: outcome.parallel },
      });
    case "while":
      return record(parts, run, { ...begin, ...timed, pending: { kind: "while", max: outcome.max } });
    case "agent":
      return record(parts, run, { ...begin, ...timed, input: outcome.input, pending: { kind: "agent" } });
    default:
      return unreachable(outcome);
  }
}

/** What a variable left empty is seen in: a host, a path. */
function withUnset(outcome: Extract<StepOutcome, { kind: "fail" }>, unset: string): StepOutcome {
  return { ...outcome, error: { ...outcome.error, message: outcome.error.message + unset } };
}

function contextOf(parts: EngineParts, scope: JsonObject): StepContext {
  const evaluate = evaluateInTurn(STEP_LIMITS);
  return {
    nowMs: parts.clock.nowMs(),
    evaluate: (template, more) => evaluate(template, more ? { ...scope, ...more } : scope),
    scope: () => scope,
  };
}

function describeIssue({ id, definition }: Task["step"], error: z.ZodError, variables: JsonObject): string {
  const issue = error.issues[0]!;
  const unset = unsetVariables(definition.input, variables, issue.path);
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : "";
  return `input.${issue.path.join(".")} of step ${id}: ${issue.message}${unset}${more}`;
}
