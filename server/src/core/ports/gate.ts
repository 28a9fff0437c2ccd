/** The gate as the engine sees it: every effect of every run passes `perform`. */
import type { AuditEntry } from "../audit-entry.ts";
import type { JsonObject } from "../json.ts";
import type { ApprovalNeeded, Level } from "../policy/decision.ts";
import type { EffectOutcome, EffectRequest } from "../step-kind.ts";
import type { EventEffect } from "./events.ts";

/** What an effect takes from one counter: the row of `caps`, the period it falls into, and what may be taken at most. */
export interface CapReservation {
  readonly cap: string;
  readonly level: Level;
  readonly periodKey: string;
  /** Micro-units of money, tokens, or calls. */
  readonly amount: bigint;
  readonly max: bigint;
}

/** `waits`: only what others have reserved stands in the way; `exceeded`: what is spent does. Nothing was taken then. */
export type Reserved = "granted" | "waits" | "exceeded";

export interface Intent {
  readonly audit: readonly AuditEntry[];
  /** All or none of them; in the order in which counters are locked (`compareReservations`). */
  readonly reservations: readonly CapReservation[];
  /** Recorded in the place of what the step has said, where only the gate knows the action. */
  readonly repeat?: EffectRequest["repeat"];
}

export interface Intended {
  readonly reserved: Reserved;
  /** The first cap, in the order given, that would not have it. */
  readonly cap: string | null;
  /** False when the approval was used meanwhile, ended, or is of other arguments. True where none was needed. */
  readonly approved: boolean;
}

/** What an effect has really cost, by counter: what was reserved, when the amount is null. */
export interface Settlement {
  readonly cap: string;
  readonly amount: bigint | null;
}

/** Of calls to models. */
export interface EffectUsage {
  readonly tokens: number;
  /** Null when nobody knows the price. */
  readonly micro: bigint | null;
  readonly currency: string;
}

/** A person is to be asked before the effect: nothing has happened, and nothing will before it is asked for anew. */
export interface ApprovalRequest {
  readonly needed: ApprovalNeeded;
  readonly action: string;
  /** The connection's UUID. */
  readonly connection: string | null;
  /** UUID of the grant whose line allows it; null where none was needed. */
  readonly grant: string | null;
  /** Canonical; what `digest` is of. */
  readonly arguments: JsonObject;
  readonly digest: Buffer;
}

export interface EffectCall {
  readonly organization: string;
  readonly project: string;
  readonly run: string;
  readonly flow: string;
  /** Whether that is an agent; left out of a flow. */
  readonly isAgent?: boolean;
  readonly version: number;
  readonly step: string;
  readonly path: readonly number[];
  readonly attempt: number;
  readonly effect: EffectRequest;
  /** The account that started the run; null when no person did. */
  readonly starter: string | null;
  /** Whether the run has read what others can write (`core/policy/taint.ts`). */
  readonly tainted: boolean;
  /** The step's input as the published version has it, expressions and all: what is literal in it is told from it. */
  readonly written: JsonObject;
  /** The approval (UUID) under which the effect is asked for anew; null before anybody was asked. */
  readonly approval: string | null;
  /**
   * Where no run of the project asks: as whom it is judged and audited, and about what. Left out by what runs ask for, which
   * is judged as their flow.
   */
  readonly cause?: { readonly principal: "approvals"; readonly target: string };
  /** Sent as `Idempotency-Key` where the effect is repeatable by key; the same for every sending of it. */
  readonly idempotencyKey: string | null;
  /** Of a trigger rather than a run: `run` then names the look, `step` the trigger. Left out by runs. */
  readonly event?: EventEffect;
  /** Aborted when the run is cancelled or ends, or its step's time is over. */
  readonly signal: AbortSignal;
  /**
   * Records the intent, with its audit entries, takes the reservations and the approval in the same commit, and settles
   * when it is done. The intent is committed whatever the answer. Rejects when the run was lost.
   */
  intend(intent: Intent): Promise<Intended>;
  /** Tries again to take what `waits`. Rejects when the run was lost. */
  reserve(reservations: readonly CapReservation[]): Promise<Pick<Intended, "reserved" | "cap">>;
  /** Whether this worker may still act for the run: asked again just before the first byte. */
  mayProceed(): boolean;
}

/** An effect that has an outcome; all of it is to be committed with the outcome. */
export interface Ended {
  readonly outcome: EffectOutcome;
  readonly audit: readonly AuditEntry[];
  /** Of each counter reserved from; empty where nothing was. */
  readonly settle: readonly Settlement[];
  readonly usage: EffectUsage | null;
}

/** An effect that a person is asked about first; to be committed with the request. */
export interface Held {
  readonly held: ApprovalRequest;
  readonly audit: readonly AuditEntry[];
}

export type Performed = Ended | Held;

export interface Gate {
  perform(call: EffectCall): Promise<Performed>;
}
