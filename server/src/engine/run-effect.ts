/**
 * An effect of a step, from the intent to the outcome. The intent is committed before the gate
 * performs it, the outcome rides with the next commit (R5).
 */
import { decideUnknown } from "../core/run/decide-unknown.ts";
import { effectName, type Active, type Task } from "../core/run/state.ts";
import type { EffectUsage, Ended, Performed } from "../core/ports/gate.ts";
import type { RecordedUsage } from "../core/run/record.ts";
import type { EffectOutcome, EffectRequest, StepOutcome } from "../core/step-kind.ts";
import { hold } from "./ask-people.ts";
import { callOf, recordedBy, type Sending } from "./effect-call.ts";
import type { EngineParts } from "./engine-parts.ts";
import { beginFlight, endFlight } from "./flight.ts";
import { recordIntent, reserveAgain } from "./intent.ts";
import { RunLostError, type Flight, type LiveRun } from "./live-run.ts";
import { record } from "./record.ts";
import { settle } from "./settle-closed.ts";
import { endingOf, failed, type FinalOutcome } from "./step-ending.ts";
import { unsetVariables } from "./unset-variables.ts";

/** How often an effect that the lease held back is looked at again. */
const LOOK_AGAIN_MS = 250;
/** Of one step in one attempt: a kind that asks for more is mistaken. */
const EFFECTS_PER_STEP_MAX = 50;

/** Begins an effect that a step asks for. */
export function beginEffect(
  parts: EngineParts,
  run: LiveRun,
  task: Task,
  effect: EffectRequest,
  begin: Extract<Sending, { active: null }>["begin"],
): void {
  perform(parts, run, task, { active: null, effect, key: keyOf(run, task, effect, 1), begin });
}

/** Sends an effect whose step has begun: again, when its fate is unknown, with the same bytes under the same key. */
export function sendEffect(parts: EngineParts, run: LiveRun, active: Active): void {
  const { pending } = active;
  if (pending.kind === "effect") perform(parts, run, active, { active, effect: pending.effect, key: pending.key });
}

/** HMAC(project, run, step, iteration path, ordinal), as text that any header may carry (R5). */
function keyOf(run: LiveRun, task: Task, effect: EffectRequest, ordinal: number): string | null {
  if (effect.repeat !== "key") return null; // attempts and repetitions share the key
  return run.project.keys
    .digest("effect", run.idBytes, task.step.id, task.frame.path.join("."), String(ordinal))
    .toString("base64url");
}

function perform(parts: EngineParts, run: LiveRun, task: Task, sending: Sending): void {
  const { active } = sending;
  const flight = beginFlight(run, task, active?.seq ?? null);
  const call = callOf(parts, run, flight, sending, {
    intend: (intent) => recordIntent(parts, run, flight, active, intent, recordedBy(parts, run, sending)),
    reserve: (reservations) => reserveAgain(parts, run, task, active, reservations),
  });
  parts.gate
    .perform(call)
    .then((performed) => conclude(parts, run, flight, sending, performed))
    .catch((error: unknown) => {
      if (!(error instanceof RunLostError)) return parts.abandon(run, error);
      endFlight(run, flight);
      return parts.advance(run);
    });
}

function conclude(parts: EngineParts, run: LiveRun, flight: Flight, sending: Sending, performed: Performed): void {
  if ("held" in performed) return hold(parts, run, flight, sending, performed);
  if (isHeldBack(run, flight, performed.outcome)) {
    run.unsaved.audit.push(...performed.audit);
    const held = flight.seq === null ? undefined : run.state.active.get(flight.seq);
    if (held) settle(run, effectName(held), held.holds, performed.settle);
    return void parts.clock.after(LOOK_AGAIN_MS, () => sendWhenItMayAct(parts, run, flight));
  }
  const counts = endFlight(run, flight);
  if (run.gone) return;
  run.unsaved.audit.push(...performed.audit);
  const active = flight.seq === null ? null : (run.state.active.get(flight.seq) ?? null);
  if (active) recordOutcome(parts, run, active, performed);
  else if (counts && !flight.controller.signal.aborted) recordRefusal(parts, run, flight.task, performed.outcome);
  parts.advance(run);
}

/**
 * Nothing was sent and nobody has cancelled anything: this worker's lease had run out, or it could not hear a stop and
 * closed what it had open (R2, R6). That is no failure of the step.
 */
function isHeldBack(run: LiveRun, flight: Flight, outcome: EffectOutcome): boolean {
  const wanted = !run.gone && run.state.cancelledBy === null && !flight.controller.signal.aborted;
  return wanted && outcome.kind === "refused" && outcome.code === "cancelled";
}

/** Until then it counts as in flight. Whoever takes the run over meanwhile finds the intent. */
function sendWhenItMayAct(parts: EngineParts, run: LiveRun, flight: Flight): void {
  const { aborted } = flight.controller.signal;
  if (!run.gone && !aborted && !parts.mayAct()) {
    parts.clock.after(LOOK_AGAIN_MS, () => sendWhenItMayAct(parts, run, flight));
    return;
  }
  const counts = endFlight(run, flight);
  const active = flight.seq === null ? null : (run.state.active.get(flight.seq) ?? null);
  if (counts && active && !aborted) sendEffect(parts, run, active);
  if (!run.gone) parts.advance(run);
}

/** The gate refused before there was an intent: the step ends without having begun. */
function recordRefusal(parts: EngineParts, run: LiveRun, task: Task, outcome: EffectOutcome): void {
  const message = outcome.kind === "done" ? "" : outcome.message;
  const code = outcome.kind === "done" ? "refused" : outcome.code;
  // A variable that nobody has set leaves a URL without its beginning.
  const unset = code === "url_invalid" ? unsetVariables(task.step.definition.input, run.project.variables) : "";
  const ending = endingOf(parts, task, failed(code, `step ${task.step.id}: ${message}${unset}`));
  const { frame, step, attempt } = task;
  record(parts, run, {
    t: "step",
    step: step.id,
    path: frame.path,
    at: parts.clock.nowMs(),
    ms: 0,
    attempt,
    ...ending,
  });
}

/** Records what became of a begun effect. */
function recordOutcome(parts: EngineParts, run: LiveRun, active: Active, performed: Ended): void {
  const at = parts.clock.nowMs();
  const { pending, step, seq } = active;
  if (pending.kind !== "effect") return;
  const { outcome } = performed;
  run.actuals.set(effectName(active), performed.settle);
  const usage = performed.usage ? { usage: recordedUsage(performed.usage) } : {};
  const concluded = (): StepOutcome =>
    step.kind.conclude?.(step.kind.schema.parse(active.begin.input), outcome, pending.effect) ??
    failed("effect_failed", `step ${step.id} can't read its outcome`);
  if (outcome.kind !== "unknown") {
    const next = concluded();
    if (next.kind === "effect" && active.ordinal < EFFECTS_PER_STEP_MAX) {
      return goOn(parts, run, active, { at, outcome, effect: next.effect, ...usage });
    }
    return record(parts, run, { t: "end", of: seq, at, ...endingOf(parts, active, plain(next)), ...usage });
  }
  const { code, message } = outcome;
  const end = (ending: FinalOutcome): void =>
    record(parts, run, { t: "end", of: seq, at, ...endingOf(parts, active, ending), ...usage });
  if (run.state.cancelledBy !== null || run.state.failure || inFailedLoop(active)) {
    const error = { code: "effect_unknown", message: `stopped in flight, it may have happened: ${message}` };
    return record(parts, run, { t: "end", of: seq, at, status: "cancelled", error, ...usage });
  }
  switch (decideUnknown(pending.effect, step.definition.ifUnknown, active.sent)) {
    case "repeat": {
      // Safe to repeat, so it is a failure like any other: the kind may ask otherwise, else the step's policy says whether.
      const next = concluded();
      if (next.kind === "effect" && active.ordinal < EFFECTS_PER_STEP_MAX)
        return goOn(parts, run, active, { at, outcome, effect: next.effect, ...usage });
      return end(failed(code, `step ${step.id}: ${message}`, "policy"));
    }
    case "fail":
      return end(failed("effect_unknown", `step ${step.id}: ${message}; it may have happened`));
    case "ask":
      return record(parts, run, { t: "unknown", of: seq, at, code, message });
  }
}

function recordedUsage({ tokens, micro, currency }: EffectUsage): RecordedUsage {
  return { tokens, currency, ...(micro === null ? {} : { micro: String(micro) }) };
}

/** A step that asks for another effect after one. */
function goOn(
  parts: EngineParts,
  run: LiveRun,
  active: Active,
  next: {
    readonly at: number;
    readonly outcome: EffectOutcome;
    readonly effect: EffectRequest;
    readonly usage?: RecordedUsage;
  },
): void {
  const key = keyOf(run, active, next.effect, active.ordinal + 1);
  record(parts, run, { t: "next", of: active.seq, key, ...next });
  const stops = run.overflow || run.leaving || run.state.cancelledBy !== null || run.state.failure;
  if (!stops && !inFailedLoop(active)) sendEffect(parts, run, active);
}

export function inFailedLoop(active: Active): boolean {
  for (let { loop } = active.frame; loop; loop = loop.outer.loop) if (loop.failure) return true;
  return false;
}

/** After a crash: the intent stands and no outcome does, or it was to be sent and was not. */
export function recoverEffect(parts: EngineParts, run: LiveRun, active: Active): void {
  const { pending, step, seq } = active;
  if (pending.kind !== "effect" || active.unknown) return;
  if (active.sent === 0) return sendEffect(parts, run, active);
  const message = "the worker that sent it died before it read the answer";
  switch (decideUnknown(pending.effect, step.definition.ifUnknown, active.sent)) {
    case "repeat":
      return sendEffect(parts, run, active);
    case "fail":
      return record(parts, run, {
        t: "end",
        of: seq,
        at: parts.clock.nowMs(),
        ...endingOf(parts, active, failed("effect_unknown", `step ${step.id}: ${message}; it may have happened`)),
      });
    case "ask":
      return record(parts, run, { t: "unknown", of: seq, at: parts.clock.nowMs(), code: "crashed", message });
  }
}

function plain(outcome: StepOutcome): FinalOutcome {
  return outcome.kind === "output" || outcome.kind === "fail" || outcome.kind === "reply"
    ? outcome
    : failed("effect_failed", `an effect can't lead to ${outcome.kind}`);
}
