/** What effects give back that are over: with the flush that commits their outcome. */
import type { Settlement } from "../core/ports/gate.ts";
import type { Hold } from "../core/run/record.ts";
import { type Active, effectName } from "../core/run/state.ts";
import type { LiveRun } from "./live-run.ts";

/**
 * Settles what ended since the last flush: by what the gate said, or as reserved where it could not say, for it may have
 * happened. Approvals of these steps are withdrawn unless they were used.
 */
export function settleClosed(run: LiveRun): void {
  const { closed } = run.state;
  for (; run.closed < closed.length; run.closed++) {
    const { effect, holds, approval } = closed[run.closed]!;
    if (approval !== null) run.unsaved.withdrawn.push(approval);
    settle(run, effect, holds, run.actuals.get(effect) ?? []);
    run.actuals.delete(effect);
  }
}

/**
 * What an effect holds that is sent again, though it may have happened: what it was last sent with is settled, as reserved
 * where nobody knows better, and the next sending reserves its own. So each call that may have been made is counted. Under
 * an idempotency key it is the same call to the other side, and goes on with what it holds.
 */
export function settleSent(run: LiveRun, active: Active): void {
  const { pending, sent, holds } = active;
  if (sent === 0 || holds.length === 0 || pending.kind !== "effect" || pending.key !== null) return;
  const effect = effectName(active);
  settle(run, effect, holds, run.actuals.get(effect) ?? []);
  run.actuals.delete(effect);
}

/** For one that goes on: what it holds now is settled, and it reserves anew before it is sent again. */
export function settle(run: LiveRun, effect: string, holds: readonly Hold[], actuals: readonly Settlement[]): void {
  for (const { cap, periodKey } of holds) {
    // What this flush settles already is settled: two words on one hold would be one too many.
    if (run.unsaved.settlements.some((one) => one.effect === effect && one.cap === cap)) continue;
    const amount = actuals.find((one) => one.cap === cap)?.amount ?? null;
    run.unsaved.settlements.push({ effect, cap, periodKey, amount });
  }
}
