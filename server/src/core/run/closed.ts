import type { Hold } from "./record.ts";
import { effectName, type Active, type RunState } from "./state.ts";

/** Counters that an effect may hold something of from now on, beside those of its earlier intents. */
export function holdMore(active: Active, reserves: readonly Hold[] | undefined): void {
  if (!reserves) return;
  const known = new Set(active.holds.map(nameOf));
  active.holds = [...active.holds, ...reserves.filter((hold) => !known.has(nameOf(hold)))];
}

const nameOf = ({ cap, periodKey }: Hold): string => `${cap} ${periodKey}`;

/** Notes what a step leaves behind that ends here, or goes on to its next effect. */
export function closeActive(state: RunState, active: Active): void {
  const { holds } = active;
  const approval = active.approval?.id ?? null;
  if (holds.length > 0 || approval !== null) state.closed.push({ effect: effectName(active), holds, approval });
}
