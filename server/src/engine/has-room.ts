import type { EngineParts } from "./engine-parts.ts";

/** Whether this worker leads fewer runs than it may, and its lease stands. */
export function hasRoom(parts: EngineParts): boolean {
  return parts.live.size < parts.limits.liveRunsMax && parts.leaseStands();
}
