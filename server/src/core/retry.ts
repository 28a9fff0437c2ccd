import type { Retry } from "@steward/sdk";

/**
 * Milliseconds to wait before the attempt after `attempt` (1 for the first): exponential, bounded,
 * with jitter so that many failures together don't come back together. `random` is in [0, 1).
 */
export function retryDelayMs(policy: Retry, attempt: number, random: number): number {
  const plain = Math.min(policy.delayMs * policy.factor ** (attempt - 1), policy.delayMsMax);
  return Math.round(plain * (1 + policy.jitter * (2 * random - 1)));
}
