/** An effect as the engine hands it to the gate. */
import type { EffectCall, Intent } from "../core/ports/gate.ts";
import type { Asked, BeginRecord, Hold } from "../core/run/record.ts";
import type { Active } from "../core/run/state.ts";
import type { EffectRequest } from "../core/step-kind.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { Flight, LiveRun } from "./live-run.ts";
import { record } from "./record.ts";

/** `active` is null until the step has a record. */
export type Sending = { readonly effect: EffectRequest; readonly key: string | null } & (
  | { readonly active: null; readonly begin: Omit<BeginRecord, "pending"> }
  | { readonly active: Active }
);

/** Records the intent, and gives the number of the record that began the step. */
export function recordedBy(parts: EngineParts, run: LiveRun, sending: Sending) {
  return (asked: readonly Hold[], repeat: Intent["repeat"]): number => {
    const reserves = asked.length === 0 ? {} : { reserves: asked };
    const { key, active } = sending;
    const effect = repeat === undefined ? sending.effect : { ...sending.effect, repeat };
    if (active) {
      record(parts, run, { t: "again", of: active.seq, at: parts.clock.nowMs(), ...reserves });
      return active.seq;
    }
    record(parts, run, { ...sending.begin, pending: { kind: "effect", effect, key }, ...reserves });
    return run.state.seq;
  };
}

/** Records that people are asked first. */
export function recordHeld(parts: EngineParts, run: LiveRun, sending: Sending, asked: Asked): void {
  const { effect, key, active } = sending;
  if (active) return record(parts, run, { t: "held", of: active.seq, at: parts.clock.nowMs(), ...asked });
  record(parts, run, { ...sending.begin, pending: { kind: "approval", effect, key, ...asked } });
}

export function callOf(
  parts: EngineParts,
  run: LiveRun,
  flight: Flight,
  { effect, key, active }: Sending,
  verbs: Pick<EffectCall, "intend" | "reserve">,
): EffectCall {
  const { frame, step, attempt } = flight.task;
  return {
    organization: run.project.organization,
    project: run.project.project,
    run: run.shownId,
    flow: run.version.slug,
    isAgent: run.version.isAgent === true,
    version: run.version.number,
    step: step.id,
    path: frame.path,
    attempt,
    effect,
    starter: run.state.starter,
    tainted: run.state.tainted,
    written: step.definition.input,
    approval: active?.approval?.how === "approved" ? active.approval.id : null,
    idempotencyKey: key,
    signal: flight.controller.signal,
    ...verbs,
    mayProceed: () => !run.gone && run.state.cancelledBy === null && parts.mayAct(),
  };
}
