import type { StepStatus } from "@steward/sdk";

/** True while an attempt has no outcome yet. */
export function isGoingOn(status: StepStatus): boolean {
  return status === "running" || status === "waiting" || status === "in_doubt";
}
