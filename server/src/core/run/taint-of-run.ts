/** Taint as a run's records tell it (`core/policy/taint.ts` has the rules). */
import { taints, taintsAtStart } from "../policy/taint.ts";
import type { CompiledFlow, GraphStep } from "../flow/graph.ts";
import type { AcceptedRecord, EndRecord, StepRecord } from "./record.ts";
import type { Active } from "./state.ts";

/** Whether a run is tainted as it begins. What begun by another one doesn't say so is from an earlier program, and is. */
export function startsTainted(flow: CompiledFlow, { trigger, parent, starter, tainted }: AcceptedRecord): boolean {
  if (tainted !== undefined || parent) return tainted ?? true;
  const kind = flow.triggers.get(trigger)?.kind ?? "manual";
  return taintsAtStart(kind === "manual" && starter === undefined ? "program" : kind, true);
}

/** Whether what a step has read without an effect taints: what it waited for, or the run it called. */
export function stepTaints(step: GraphStep, record: StepRecord | EndRecord): boolean {
  const { kind } = step.kind;
  // A flow step that ends at once has called a run and reads nothing of it.
  const calledIsTainted = record.t === "step" ? false : (record.tainted ?? null);
  return taints({ kind, effect: null, calledIsTainted, output: record.output });
}

/** Whether the effect that a step has sent taints, whatever became of it. */
export function effectTaints({ pending, sent, step }: Active): boolean {
  if (pending.kind !== "effect" || sent === 0) return false;
  const { action, class: kind = "read" } = pending.effect;
  return taints({
    kind: step.kind.kind,
    effect: { action, class: kind },
    calledIsTainted: null,
    output: undefined,
  });
}
