import { unreachable } from "../core/invariant.ts";
import type { Settlement } from "../core/ports/gate.ts";
import type { EffectEnd } from "./action.ts";
import type { Judged } from "./judge-effect.ts";

/**
 * What of its reservations an effect has used: nothing when it is known not to have happened, what it cost where somebody
 * knows, else all that was reserved.
 */
export function settlementsOf(reservations: Judged["reservations"], end: EffectEnd): readonly Settlement[] {
  const happened = hasHappened(end);
  return reservations.map(({ cap, unit }) => ({ cap, amount: happened ? actualOf(unit, end) : failedCost(unit, end) }));
}

function hasHappened({ outcome, happened = false }: EffectEnd): boolean {
  switch (outcome.kind) {
    case "done":
    case "unknown":
      return true;
    case "failed":
      return happened;
    case "refused":
      return false;
    default:
      return unreachable(outcome);
  }
}

function actualOf(unit: Judged["reservations"][number]["unit"], { usage }: EffectEnd): bigint | null {
  if (usage === undefined || unit === "calls") return null;
  return unit === "tokens" ? BigInt(usage.tokens) : usage.micro;
}

/** A provider may charge for what failed, and says so. */
function failedCost(unit: Judged["reservations"][number]["unit"], end: EffectEnd): bigint {
  return end.usage === undefined || unit === "calls" ? 0n : (actualOf(unit, end) ?? 0n);
}
