import type { Stopped } from "@steward/sdk";
import { countText, stepText } from "./terminal/words.ts";

/** What the end of something has stopped, a line each. */
export function stoppedLines({
  inFlight,
  pausedFlows,
  pausedFlowCount,
  cancelledRuns,
  cancelledRunCount,
}: Stopped): readonly string[] {
  return [
    inFlight.length === 0 ? "nothing was in flight" : `${countText(inFlight.length, "effect")} in flight`,
    ...inFlight.map(({ run, step, path, action, fate }) => `${run} ${stepText(step, path)} ${action}: ${fate}`),
    ...(pausedFlowCount === 0
      ? []
      : [`${countText(pausedFlowCount, "flow")} paused: ${list(pausedFlows, pausedFlowCount)}`]),
    ...(cancelledRunCount === 0
      ? []
      : [`${countText(cancelledRunCount, "run")} cancelled: ${list(cancelledRuns, cancelledRunCount)}`]),
  ];
}

function list(first: readonly string[], count: number): string {
  return count > first.length ? `${first.join(", ")} and ${count - first.length} more` : first.join(", ");
}
