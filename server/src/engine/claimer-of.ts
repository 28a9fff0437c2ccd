import type { Claimer } from "../store/queue.ts";
import type { EngineParts } from "./engine-parts.ts";

/** This worker as it claims. */
export function claimerOf({ worker, place }: Pick<EngineParts, "worker" | "place">): Claimer {
  return { worker, region: place?.region ?? null };
}
