/**
 * An effect of a step, from the intent to the outcome. The intent is committed before the gate
 * performs it, the outcome rides with the next commit (R5).
 */
import { decideUnknown } from "../core/run/decide-unknown.ts";
import type { BeginRecord } from "../core/run/record.ts";
import type { Active, Task } from "../core/run/state.ts";
import type { Performed } from "../core/ports/gate.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import type { EffectOutcome, EffectRequest, StepOutcome } from "../core/step-kind.ts";
import type { EngineParts } from "./engine-parts.ts";
import { beginFlight, endFlight, markBegun, stillCounts } from "./flight.ts";
import { RunLostError, type Flight, type LiveRun } from "./live-run.ts";
import { record } from "./record.ts";
import { endingOf, failed, type FinalOutcome } from "./step-ending.ts";

/** How often an effect that the lease held back is looked at again. */
const LEASE_LOOK_MS = 250;

/** Begins an effect that a step asks for. */
export function beginEffect(
  parts: EngineParts,
  run: LiveRun,
  task: Task,
  effect: EffectRequest,
  begin: Omit<BeginRecord, "pending">,
): void {
  const key = effect.repeat === "key" ? idempotencyKey(run, task) : null;
  perform(parts, run, task, effect, key, null, () => {
    record(parts, run, { ...begin, pending: { kind: "effect", effect, key } });
    return run.state.seq;
  });
}

/** Sends an effect again whose fate is unknown: the same bytes under the same key. */
export function repeatEffect(parts: EngineParts, run: LiveRun, active: Active): void {
  const { pending } = active.begin;
  if (pending.kind !== "effect") return;
  perform(parts, run, active, pending.effect, pending.key, active.seq, () => {
    record(parts, run, { t: "again", of: active.seq, at: parts.clock.nowMs() });
    return active.seq;
  });
}

/** HMAC(project, run, step, iteration path, ordinal), as text that any header may carry (R5). */
function idempotencyKey(run: LiveRun, task: Task): string {
  const ordinal = "1"; // an HTTP step has one effect; its attempts and repetitions share the key
  return run.project.keys
    .digest("effect", run.idBytes, task.step.id, task.frame.path.join("."), ordinal)
    .toString("base64url");
}

function perform(
  parts: EngineParts,
  run: LiveRun,
  task: Task,
  effect: EffectRequest,
  idempotency: string | null,
  begun: number | null,
  recordIntent: () => number,
): void {
  const flight = beginFlight(run, task, begun);
  const intend = async (audit: readonly AuditEntry[]): Promise<void> => {
    if (run.gone || !stillCounts(run, flight)) throw new RunLostError(run.id, "the step is not to be run any more");
    markBegun(run, flight, recordIntent());
    run.unsaved.audit.push(...audit);
    await parts.journal.commit(run);
  };
  const call = {
    organization: run.project.organization,
    project: run.project.project,
    run: run.shownId,
    flow: run.version.slug,
    version: run.version.number,
    step: task.step.id,
    path: task.frame.path,
    attempt: task.attempt,
    effect,
    idempotencyKey: idempotency,
    signal: flight.controller.signal,
    intend,
    mayProceed: () => !run.gone && run.state.cancelledBy === null && parts.leaseStands(),
  };
  parts.gate
    .perform(call)
    .then((performed) => conclude(parts, run, flight, performed))
    .catch((error: unknown) => {
      if (!(error instanceof RunLostError)) return parts.abandon(run, error);
      endFlight(run, flight);
      return parts.advance(run);
    });
}

function conclude(parts: EngineParts, run: LiveRun, flight: Flight, performed: Performed): void {
  if (isHeldBack(run, flight, performed.outcome)) {
    run.unsaved.audit.push(...performed.audit);
    return void parts.clock.after(LEASE_LOOK_MS, () => sendWhenLeaseStands(parts, run, flight));
  }
  const counts = endFlight(run, flight);
  if (run.gone) return;
  run.unsaved.audit.push(...performed.audit);
  const active = flight.seq === null ? null : (run.state.active.get(flight.seq) ?? null);
  if (active) recordOutcome(parts, run, active, performed.outcome);
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
function sendWhenLeaseStands(parts: EngineParts, run: LiveRun, flight: Flight): void {
  const { aborted } = flight.controller.signal;
  if (!run.gone && !aborted && !parts.leaseStands()) {
    parts.clock.after(LEASE_LOOK_MS, () => sendWhenLeaseStands(parts, run, flight));
    return;
  }
  const counts = endFlight(run, flight);
  const active = flight.seq === null ? null : (run.state.active.get(flight.seq) ?? null);
  if (counts && active && !aborted) repeatEffect(parts, run, active);
  if (!run.gone) parts.advance(run);
}

/** The gate refused before there was an intent: the step ends without having begun. */
function recordRefusal(parts: EngineParts, run: LiveRun, task: Task, outcome: EffectOutcome): void {
  const message = outcome.kind === "done" ? "" : outcome.message;
  const code = outcome.kind === "done" ? "refused" : outcome.code;
  const ending = endingOf(parts, task, failed(code, `step ${task.step.id}: ${message}`));
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
export function recordOutcome(parts: EngineParts, run: LiveRun, active: Active, outcome: EffectOutcome): void {
  const at = parts.clock.nowMs();
  const { begin, step, seq } = active;
  if (begin.pending.kind !== "effect") return;
  if (outcome.kind !== "unknown") {
    const next =
      step.kind.conclude?.(step.kind.schema.parse(begin.input), outcome) ??
      failed("effect_failed", `step ${step.id} can't read its outcome`);
    return record(parts, run, { t: "end", of: seq, at, ...endingOf(parts, active, plain(next)) });
  }
  const { code, message } = outcome;
  if (run.state.cancelledBy !== null || run.state.failure || inFailedLoop(active)) {
    return record(parts, run, {
      t: "end",
      of: seq,
      at,
      status: "cancelled",
      error: { code: "effect_unknown", message: `stopped in flight, it may have happened: ${message}` },
    });
  }
  switch (decideUnknown(begin.pending.effect, step.definition.ifUnknown, active.sent)) {
    case "repeat": // safe to repeat, so it is a failure like any other: the step's policy says whether
      return record(parts, run, {
        t: "end",
        of: seq,
        at,
        ...endingOf(parts, active, failed(code, `step ${step.id}: ${message}`, "policy")),
      });
    case "fail":
      return record(parts, run, {
        t: "end",
        of: seq,
        at,
        ...endingOf(parts, active, failed("effect_unknown", `step ${step.id}: ${message}; it may have happened`)),
      });
    case "ask":
      return record(parts, run, { t: "unknown", of: seq, at, code, message });
  }
}

function inFailedLoop(active: Active): boolean {
  for (let { loop } = active.frame; loop; loop = loop.outer.loop) if (loop.failure) return true;
  return false;
}

/** After a crash: the intent stands and no outcome does. */
export function recoverEffect(parts: EngineParts, run: LiveRun, active: Active): void {
  const { begin, step, seq } = active;
  if (begin.pending.kind !== "effect" || active.unknown) return;
  const message = "the worker that sent it died before it read the answer";
  switch (decideUnknown(begin.pending.effect, step.definition.ifUnknown, active.sent)) {
    case "repeat":
      return repeatEffect(parts, run, active);
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
