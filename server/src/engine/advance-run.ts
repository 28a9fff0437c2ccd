/**
 * Leads a run on: decides, acts, and decides again until it rests or ends. Called whenever
 * something has changed for the run; never twice at once; gives the event loop back between slices.
 */
import { decide, type Decision, type InProcess } from "../core/run/decide.ts";
import { unreachable } from "../core/invariant.ts";
import type { EngineParts } from "./engine-parts.ts";
import { stopOrphans } from "./flight.ts";
import { ignoreLost } from "./ignore-lost.ts";
import { hasUnsaved, type LiveRun } from "./live-run.ts";
import { endRun } from "./end-run.ts";
import { giveOver } from "./leave-region.ts";
import { record } from "./record.ts";
import { startStep } from "./start-step.ts";
import { isStopping, turnLoop } from "./turn-loop.ts";
import { cancelChild } from "./call-flow.ts";

/** When a run that has not begun looks again whether its flow is still paused: resuming wakes it, but words may be lost. */
const PAUSED_LOOK_MS = 60_000;
/** How long one run may keep the event loop. */
const SLICE_MS = 5;

export function advanceRun(parts: EngineParts, run: LiveRun): void {
  if (run.advancing || run.gone || run.disposition.kind !== "hold") return;
  if (run.leaving && run.state.cancelledBy === null) return giveOver(parts, run);
  if (run.paused && run.state.cancelledBy === null) return waitForResume(parts, run);
  run.advancing = true;
  try {
    const until = parts.clock.monotonicMs() + SLICE_MS;
    const here: InProcess = { isStarted: (key) => run.started.has(key), isStopping: (loop) => isStopping(run, loop) };
    while (!run.gone) {
      const decision = run.overflow ? overflow(parts, run) : decide(run.state, here, parts.clock.nowMs());
      if (decision.kind === "rest") return rest(parts, run, decision);
      if (decision.kind === "end") return endRun(parts, run, decision);
      act(parts, run, decision);
      if (parts.clock.monotonicMs() > until) {
        setImmediate(() => advanceRun(parts, run));
        return;
      }
    }
  } catch (error) {
    parts.abandon(run, error);
  } finally {
    run.advancing = false;
  }
}

/** It goes back to the queue as it came, for when its flow is resumed. */
function waitForResume(parts: EngineParts, run: LiveRun): void {
  run.status = "queued";
  run.startedAt = null;
  run.disposition = { kind: "release", dueMs: parts.clock.nowMs() + PAUSED_LOOK_MS };
  void parts.journal.commit(run).catch(ignoreLost);
}

function overflow(parts: EngineParts, run: LiveRun): Decision {
  const limit =
    run.bytes > parts.limits.runBytesMax / 2
      ? `${parts.limits.runBytesMax} bytes`
      : `${parts.limits.recordsMax} records`;
  const message = `the run has reached its limit of ${limit}: keep large data in files, or split the work into sub-flows`;
  return { kind: "end", status: "failed", output: undefined, error: { code: "run_too_large", message } };
}

function act(parts: EngineParts, run: LiveRun, decision: Exclude<Decision, { kind: "rest" | "end" }>): void {
  const nowMs = parts.clock.nowMs();
  switch (decision.kind) {
    case "start":
      return startStep(parts, run, decision.task);
    case "retry":
      return startStep(parts, run, decision.timer);
    case "wake": {
      const { active, event } = decision;
      const taken = event ? { output: event.data ?? null, event: event.id } : { output: null };
      return record(parts, run, { t: "end", of: active.seq, at: nowMs, status: "done", ...taken });
    }
    case "timeout": {
      const { active } = decision;
      const { pending } = active;
      if (pending.kind === "call") cancelChild(parts, run, pending.child);
      const code = pending.kind === "wait" ? "wait_timeout" : "step_timeout";
      const message =
        pending.kind === "wait"
          ? `the event "${pending.event}" did not come in time`
          : `step ${active.step.id} took longer than its time`;
      record(parts, run, { t: "end", of: active.seq, at: nowMs, status: "failed", error: { code, message } });
      return stopOrphans(run);
    }
    case "turn":
      turnLoop(parts, run, decision.active);
      return stopOrphans(run);
    default:
      return unreachable(decision);
  }
}

/** Nothing to begin: waits here for what is in flight, or lets the run go until it is due. */
function rest(parts: EngineParts, run: LiveRun, decision: Extract<Decision, { kind: "rest" }>): void {
  run.cancelTimer?.();
  run.cancelTimer = null;
  run.status = "running";
  if (run.inFlight.size === 0 && run.started.size === 0) {
    run.status = decision.doubt ? "in_doubt" : "waiting";
    run.disposition = { kind: "release", dueMs: decision.dueMs };
    return void parts.journal.commit(run).catch(ignoreLost);
  }
  if (decision.dueMs !== null) {
    const inMs = Math.max(1, decision.dueMs - parts.clock.nowMs());
    run.cancelTimer = parts.clock.after(Math.min(inMs, 60_000), () => advanceRun(parts, run));
  }
  // A reply is not kept waiting for what comes after it.
  if (run.replySeq !== null && run.replySeq > run.committed && parts.watch.watched(run.id) && hasUnsaved(run)) {
    void parts.journal.commit(run).catch(ignoreLost);
  }
}
