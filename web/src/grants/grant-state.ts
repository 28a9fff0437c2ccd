import type { Grant } from "@steward/sdk";

/** Whether a grant counts, could count again, or is over. */
export function stateOf({ stands, revokedAt }: Pick<Grant, "stands" | "revokedAt">): "stands" | "rests" | "over" {
  if (revokedAt !== null) return "over";
  return stands ? "stands" : "rests";
}
