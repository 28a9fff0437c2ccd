/** A loop's turn: an each or while step ends, fails, or goes on. */
import { evaluateTemplate, type Template } from "../core/expression/template.ts";
import { invariant } from "../core/invariant.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { nextOfLoop, outputOfLoop } from "../core/run/agent-loop.ts";
import type { Active, Loop } from "../core/run/state.ts";
import type { EngineParts } from "./engine-parts.ts";
import { isInside } from "./flight.ts";
import type { LiveRun } from "./live-run.ts";
import { record } from "./record.ts";
import { scopeOf } from "./scope-of.ts";
import { endingOf, failed, type FinalOutcome } from "./step-ending.ts";

/** Whether a failed loop has effects in flight inside: they are stopped, and their outcomes recorded, before it ends. */
export function isStopping(run: LiveRun, loop: Loop): boolean {
  if (!loop.failure) return false;
  let stopping = false;
  for (const flight of run.inFlight) {
    if (flight.seq === null || !isInside(flight.task.frame, loop)) continue;
    flight.controller.abort();
    stopping = true;
  }
  return stopping;
}

export function turnLoop(parts: EngineParts, run: LiveRun, active: Active): void {
  const { loop, seq, pending, step } = active;
  invariant(loop, "only loops have turns");
  const at = parts.clock.nowMs();
  if (loop.failure) {
    for (const inner of run.state.active.values()) {
      if (inner.pending.kind !== "effect" || inner.sent === 0 || !isInside(inner.frame, loop)) continue;
      const error = { code: "effect_unknown", message: "its loop failed while nobody knew whether it had happened" };
      record(parts, run, { t: "end", of: inner.seq, at, status: "cancelled", error });
    }
    const { step: inner, path, code, message } = loop.failure;
    const outcome = failed(
      code,
      `step ${inner ?? "?"} in iteration ${path?.at(-1) ?? "?"} of ${step.id} failed: ${message}`,
      // Its attempts would send again what may have happened; an agent's would call its tools again, and its questions
      // have had their own.
      loop.unknown || loop.agent !== null ? "never" : "policy",
    );
    return record(parts, run, { t: "end", of: seq, at, ...endingOf(parts, active, outcome) });
  }
  if (loop.agent !== null) {
    const next = nextOfLoop(loop, loop.agent);
    invariant(next.kind === "done" || next.kind === "fail", "an agent's turn is over");
    const outcome: FinalOutcome =
      next.kind === "done"
        ? { kind: "output", output: outputOfLoop(loop, loop.agent) }
        : failed(next.code, next.message);
    return record(parts, run, { t: "end", of: seq, at, ...endingOf(parts, active, outcome) });
  }
  if (pending.kind === "while") {
    const goes = whileGoes(run, active);
    if (typeof goes === "string") {
      return record(parts, run, {
        t: "end",
        of: seq,
        at,
        ...endingOf(parts, active, failed("expression_failed", goes)),
      });
    }
    if (goes && loop.next >= pending.max) {
      const message = `the condition of step ${step.id} still holds after ${pending.max} iterations: raise "max" or mend the condition`;
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
  const { prepared } = step;
  invariant(loop && isPreparedWhile(prepared), `step ${step.id} has a condition`);
  const steps: JsonObject = { ...active.frame.steps, ...loop.last?.steps };
  const scope = { ...scopeOf(run, active), steps, index: loop.next, item: loop.results.at(-1) };
  const evaluated = evaluateTemplate(prepared.when, scope);
  if (!evaluated.ok) return `${evaluated.field} of step ${step.id}: ${evaluated.message}`;
  return isTrue(evaluated.value);
}

/** What the while kind prepares: its condition. */
function isPreparedWhile(prepared: unknown): prepared is { readonly when: Template } {
  return typeof prepared === "object" && prepared !== null && "when" in prepared;
}

const isTrue = (value: Json | undefined): boolean =>
  value !== undefined && value !== null && value !== false && value !== 0 && value !== "";
