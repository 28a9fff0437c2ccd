/** What became of a connector's calls, as the step that asked for them gets it (R5). */
import type { ProviderFailure } from "@steward/sdk";
import { unreachable } from "../core/invariant.ts";
import type { EffectOutcome } from "../core/step-kind.ts";
import { endedAs, type EffectEnd, type EffectRefusal } from "./action.ts";
import type { Driven } from "./drive-calls.ts";

const AFTER_MS_MAX = 86_400_000;

/**
 * @param now the wall clock: a provider may name the moment from which it takes calls again
 * @returns null for an output, which is the caller's to read
 */
export function endOfCalls<Output>(driven: Driven<Output, EffectEnd>, nowMs: number): EffectEnd | null {
  switch (driven.kind) {
    case "output":
      return null;
    case "stopped":
      return driven.end;
    case "failure":
      return endOfFailure(driven.failure, driven.wrote, nowMs);
    case "broken": {
      const message = "the connector can't go on: it is at fault, the server's log has more";
      return endedAs(driven.wrote ? "unknown" : "failed", { code: "connector_failed", message });
    }
    default:
      return unreachable(driven);
  }
}

/** Which code says what the provider meant. */
const CODES = {
  reauth_required: "reauth_required",
  not_available: "not_available",
  not_found: "provider_not_found",
  rate_limited: "rate_limited",
  rejected: "provider_rejected",
  unavailable: "provider_unavailable",
  unreadable: "provider_unreadable",
} as const satisfies Record<ProviderFailure["kind"], EffectRefusal["code"]>;

function endOfFailure(failure: ProviderFailure, wrote: boolean, nowMs: number): EffectEnd {
  const refusal: EffectRefusal = { code: CODES[failure.kind], message: failure.message };
  // It was answered, and nobody can tell what the answer says.
  if (failure.kind === "unreadable" && wrote) return endedAs("unknown", refusal);
  const afterMs = afterMsOf(failure, nowMs);
  const outcome: EffectOutcome = { kind: "failed", ...refusal, ...(afterMs === null ? {} : { afterMs }) };
  // It was sent whole, and answered by a server that failed: perhaps after it was done.
  return { outcome, facts: {}, happened: wrote && failure.kind === "unavailable" };
}

function afterMsOf({ retryAfterMs, retryAtSeconds }: ProviderFailure, nowMs: number): number | null {
  const ms = retryAfterMs ?? (retryAtSeconds === undefined ? null : retryAtSeconds * 1000 - nowMs);
  return ms === null ? null : Math.min(Math.max(Math.ceil(ms), 0), AFTER_MS_MAX);
}
