/** A loop's turn: an each or while step ends, fails, or goes on. */
import { evaluateTemplate, type Template } from "../core/expression/template.ts";
import { invariant } from "../core/invariant.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Active } from "../core/run/state.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { LiveRun } from "./live-run.ts";
import { record } from "./record.ts";
import { scopeOf } from "./scope-of.ts";
import { endingOf, failed } from "./step-ending.ts";

export function turnLoop(parts: EngineParts, run: LiveRun, active: Active): void {
  const { loop, seq, begin, step } = active;
  invariant(loop, "only loops have turns");
  const at = parts.clock.nowMs();
  if (loop.failure) {
    const { step: inner, path, code, message } = loop.failure;
    const outcome = failed(code, `step ${inner ?? "?"} in iteration ${path?.at(-1) ?? "?"} of ${step.id} failed: ${message}`, "policy");
    return record(parts, run, { t: "end", of: seq, at, ...endingOf(parts, active, outcome) });
  }
  if (begin.pending.kind === "while") {
    const goes = whileGoes(run, active);
    if (typeof goes === "string") {
      return record(parts, run, { t: "end", of: seq, at, ...endingOf(parts, active, failed("expression_failed", goes)) });
    }
    if (goes && loop.next >= begin.pending.max) {
      const message = `the condition of step ${step.id} still holds after ${begin.pending.max} iterations: raise "max" or mend the condition`;
      return record(parts, run, { t: "end", of: seq, at, ...endingOf(parts, active, failed("while_limit", message)) });
    }
    if (goes) return record(parts, run, { t: "iterate", of: seq, index: loop.next });
  }
  const output: Json = loop.results.map((result) => result ?? null);
  record(parts, run, { t: "end", of: seq, at, status: "done", output });
}

/** Whether a while step's condition holds, or why it can't be told. */
function whileGoes(run: LiveRun, active: Active): boolean | string {
  const { loop, step } = active;
  const { when } = step.prepared as { readonly when: Template };
  const scope = scopeOf(run, active);
  const steps: JsonObject = { ...(scope["steps"] as JsonObject), ...(loop!.last?.steps as JsonObject | undefined) };
  const evaluated = evaluateTemplate(when, { ...scope, steps, index: loop!.next, item: loop!.results.at(-1) });
  if (!evaluated.ok) return `${evaluated.field} of step ${step.id}: ${evaluated.message}`;
  return isTrue(evaluated.value);
}

const isTrue = (value: Json | undefined): boolean => value !== undefined && value !== null && value !== false && value !== 0 && value !== "";
