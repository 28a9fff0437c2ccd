import type { ApiKey } from "@steward/sdk";

/** By how much the page may be behind the server: its clock is read every so often, and may be slow. */
const BEHIND_MS = 6000;

/** Whether a key lets somebody in: one that was rotated goes on until its overlap is over. Pure. */
export function keyState(key: Pick<ApiKey, "revokedAt" | "expiresAt">, nowMs: number): "live" | "ending" | "over" {
  const { revokedAt, expiresAt } = key;
  const past = (at: string | null) => at !== null && Date.parse(at) <= nowMs + BEHIND_MS;
  if (past(revokedAt) || past(expiresAt)) return "over";
  return revokedAt === null ? "live" : "ending";
}
