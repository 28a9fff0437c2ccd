import type { EffectOutcome, Retryable } from "../core/step-kind.ts";

/** Failures that the same call would meet again. */
const NEVER_AGAIN: ReadonlySet<string> = new Set(["provider_not_found", "provider_rejected", "response_too_large"]);

/** Whether a call to a model that came to nothing may be tried again: no sooner than the provider says, where it says. */
export function retryOfCall(outcome: Exclude<EffectOutcome, { readonly kind: "done" }>): Retryable {
  if (outcome.kind !== "failed" || NEVER_AGAIN.has(outcome.code)) return "never";
  return outcome.afterMs === undefined ? "policy" : { afterMs: outcome.afterMs };
}
