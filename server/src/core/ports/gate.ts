/** The gate as the engine sees it: every effect of every run passes `perform`. */
import type { AuditEntry } from "../audit-entry.ts";
import type { EffectOutcome, EffectRequest } from "../step-kind.ts";

export interface EffectCall {
  readonly organization: string;
  readonly project: string;
  readonly run: string;
  readonly flow: string;
  readonly version: number;
  readonly step: string;
  readonly path: readonly number[];
  readonly attempt: number;
  readonly effect: EffectRequest;
  /** Sent as `Idempotency-Key` where the effect is repeatable by key; the same for every sending of it. */
  readonly idempotencyKey: string | null;
  /** Aborted when the run is cancelled or ends, or its step's time is over. */
  readonly signal: AbortSignal;
  /** Records the intent, with its audit entries, and settles when it is committed. Rejects when the run was lost. */
  intend(audit: readonly AuditEntry[]): Promise<void>;
  /** Whether this worker may still act for the run: asked again just before the first byte. */
  mayProceed(): boolean;
}

export interface Performed {
  readonly outcome: EffectOutcome;
  /** To be committed with the outcome. */
  readonly audit: readonly AuditEntry[];
}

export interface Gate {
  perform(call: EffectCall): Promise<Performed>;
}
