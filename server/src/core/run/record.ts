/**
 * The records of a run: what happened, in order, numbered from 1 without gaps (R4). A run's state is
 * these records applied one after the other, and nothing else; a record is never changed.
 */
import type { Json } from "../json.ts";
import type { EffectRequest, StepError } from "../step-kind.ts";

export type TerminalStatus = "completed" | "failed" | "cancelled";

export interface Place {
  readonly step: string;
  /** The iteration of each loop around the step, outermost first. */
  readonly path: readonly number[];
}

/** The run was accepted with this as `trigger`. */
export interface AcceptedRecord {
  readonly t: "accepted";
  readonly at: number;
  readonly trigger: string;
  readonly input: Json;
  /** Set when this run stands for an earlier one, in a sub-flow, or for a failure. */
  readonly retryOf?: string;
  /** Steps with a pinned output yield it instead of running: a test. */
  readonly pinned?: true;
  readonly parent?: { readonly run: string; readonly seq: number; readonly waits: boolean };
  /** The first run of the tree this one belongs to, in a sub-flow or error flow; without it the parent is the first. */
  readonly root?: string;
  /** How deep in sub-flows and error flows this run is; bounded. */
  readonly depth?: number;
}

interface Ending {
  readonly status: "done" | "failed" | "cancelled";
  readonly output?: Json;
  /** The port taken, when it is not the step's first. */
  readonly port?: string;
  readonly error?: StepError;
  /** Another attempt begins then. */
  readonly retryAt?: number;
  readonly reply?: { readonly status: number; readonly headers: Readonly<Record<string, string>> };
}

/** A step that began and ended without a barrier between. `same`: the output is the input. */
export interface StepRecord extends Place, Ending {
  readonly t: "step";
  readonly at: number;
  readonly ms: number;
  readonly attempt: number;
  readonly input?: Json;
  readonly same?: true;
  readonly copied?: true;
  /** It began a run of another flow and does not wait for it. */
  readonly begins?: true;
}

/** Why a begun step has not ended yet. */
export type Pending =
  | { readonly kind: "effect"; readonly effect: EffectRequest; readonly key: string | null }
  | { readonly kind: "wait"; readonly dueMs: number | null; readonly event: string | null }
  | { readonly kind: "call"; readonly child: string }
  | { readonly kind: "each"; readonly parallel: number }
  | { readonly kind: "while"; readonly max: number };

/** A step that waits for something; of an effect this is the intent (R5). */
export interface BeginRecord extends Place {
  readonly t: "begin";
  readonly at: number;
  readonly attempt: number;
  readonly input?: Json;
  readonly pending: Pending;
  /** When the step's time is over. */
  readonly timeoutAt?: number;
}

/** The begun step of record `of` ended; of an effect this is the outcome. */
export interface EndRecord extends Ending {
  readonly t: "end";
  readonly of: number;
  readonly at: number;
  /** The event that ended a wait, by its id. */
  readonly event?: string;
}

/** The effect of record `of` may have happened: nobody can tell (R5). */
export interface UnknownRecord {
  readonly t: "unknown";
  readonly of: number;
  readonly at: number;
  readonly code: string;
  readonly message: string;
}

/** The effect of record `of` is sent again: its next intent. */
export interface AgainRecord {
  readonly t: "again";
  readonly of: number;
  readonly at: number;
}

/** Iteration `index` of the while step of record `of` begins. */
export interface IterateRecord {
  readonly t: "iterate";
  readonly of: number;
  readonly index: number;
}

/** Somebody sent an event; a step that waits for its name takes it, now or later. */
export interface EventRecord {
  readonly t: "event";
  readonly at: number;
  readonly id: string;
  readonly name: string;
  readonly data?: Json;
}

export interface CancelRecord {
  readonly t: "cancel";
  readonly at: number;
  readonly by: string;
}

/** A person let a parked run go on. */
export interface ReleasedRecord {
  readonly t: "released";
  readonly at: number;
  readonly by: string;
}

export interface EndedRecord {
  readonly t: "ended";
  readonly at: number;
  readonly status: TerminalStatus;
  readonly output?: Json;
  readonly error?: RunFailure;
}

export interface RunFailure extends StepError {
  readonly step?: string;
  readonly path?: readonly number[];
}

export type RunRecord =
  | AcceptedRecord
  | StepRecord
  | BeginRecord
  | EndRecord
  | UnknownRecord
  | AgainRecord
  | IterateRecord
  | EventRecord
  | CancelRecord
  | ReleasedRecord
  | EndedRecord;
