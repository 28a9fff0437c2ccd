/** What people have decided, as it is taken into the run's history. */
import type { Active } from "../core/run/state.ts";
import type { Json } from "../core/json.ts";
import type { ApprovalDecision } from "./call-flow.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { LiveRun } from "./live-run.ts";
import { record } from "./record.ts";
import { inFailedLoop, sendEffect } from "./run-effect.ts";
import { endingOf, failed } from "./step-ending.ts";

/** A decision on what is not waited for any more is void. */
export function takeDecision(parts: EngineParts, run: LiveRun, message: ApprovalDecision): void {
  const active = [...run.state.active.values()].find(
    ({ pending }) => pending.kind === "approval" && pending.approval === message.approval,
  );
  if (active?.pending.kind !== "approval" || active.approval?.how !== null) return;
  const { effect } = active.pending;
  const { approval, how, by, note, changed } = message;
  record(parts, run, {
    t: "decided",
    of: active.seq,
    at: parts.clock.nowMs(),
    approval,
    how,
    by,
    ...(note === undefined ? {} : { note }),
    ...(changed === undefined ? {} : { changed }),
  });
  if (run.overflow) return;
  if (how === "withdrawn") return end(parts, run, active, how);
  if (effect === null) return endStep(parts, run, active, message);
  if (how !== "approved") return end(parts, run, active, how);
  const stops = run.leaving || run.state.cancelledBy !== null || run.state.failure !== null;
  if (!stops && !inFailedLoop(active)) sendEffect(parts, run, active);
}

const MESSAGES = {
  rejected: "a person did not allow it",
  expired: "nobody decided in time",
  withdrawn: "what was asked for can't be allowed any more",
} as const;

function end(parts: EngineParts, run: LiveRun, active: Active, how: keyof typeof MESSAGES): void {
  const ending = failed(`approval_${how}`, `step ${active.step.id}: ${MESSAGES[how]}`);
  record(parts, run, { t: "end", of: active.seq, at: parts.clock.nowMs(), ...endingOf(parts, active, ending) });
}

/** A step that asks by itself goes on by what people said. */
function endStep(parts: EngineParts, run: LiveRun, active: Active, { how, by, note }: ApprovalDecision): void {
  const at = parts.clock.nowMs();
  const output: Json = { decision: how, by, at: new Date(at).toISOString(), note: note ?? null };
  record(parts, run, { t: "end", of: active.seq, at, status: "done", output, port: how });
}
