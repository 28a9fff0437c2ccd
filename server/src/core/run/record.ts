/**
 * The records of a run: what happened, in order, numbered from 1 without gaps (R4). A run's state is
 * these records applied one after the other, and nothing else; a record is never changed.
 */
import type { Json, JsonObject } from "../json.ts";
import type { EffectOutcome, EffectRequest, StepError } from "../step-kind.ts";

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
  /** UUID of the account that started it, or the run that began it. */
  readonly starter?: string;
  /** Of a run that stands for another or was begun by one: whether that one had read what others can write. */
  readonly tainted?: boolean;
}

/** What effects have cost: amounts as decimal digits, in microunits. */
export interface RecordedUsage {
  readonly tokens: number;
  /** Left out when nobody knows. */
  readonly micro?: string;
  readonly currency: string;
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

/** The counter of a cap that an effect asked to reserve from, whether or not it got it. */
export interface Hold {
  readonly cap: string;
  readonly periodKey: string;
}

/** People are asked: `approval` is a UUID, `digest` (base64url) is of what they see. */
export interface Asked {
  readonly approval: string;
  readonly digest: string;
}

/** Why a begun step has not ended yet. */
export type Pending =
  | { readonly kind: "effect"; readonly effect: EffectRequest; readonly key: string | null }
  /** Until people have decided; without an effect it is the step itself that asks them. */
  | ({ readonly kind: "approval"; readonly effect: EffectRequest | null; readonly key: string | null } & Asked)
  | { readonly kind: "wait"; readonly dueMs: number | null; readonly event: string | null }
  | { readonly kind: "call"; readonly child: string }
  | { readonly kind: "each"; readonly parallel: number }
  | { readonly kind: "while"; readonly max: number }
  | { readonly kind: "agent" };

/** A step that waits for something; of an effect this is the intent (R5). */
export interface BeginRecord extends Place {
  readonly t: "begin";
  readonly at: number;
  readonly attempt: number;
  readonly input?: Json;
  readonly pending: Pending;
  /** When the step's time is over. */
  readonly timeoutAt?: number;
  readonly reserves?: readonly Hold[];
}

/** The begun step of record `of` ended; of an effect this is the outcome. */
export interface EndRecord extends Ending {
  readonly t: "end";
  readonly of: number;
  readonly at: number;
  /** The event that ended a wait, by its id. */
  readonly event?: string;
  readonly usage?: RecordedUsage;
  /** Of a called flow: whether its run had read what others can write. */
  readonly tainted?: boolean;
}

/** The effect of record `of` may have happened: nobody can tell (R5). */
export interface UnknownRecord {
  readonly t: "unknown";
  readonly of: number;
  readonly at: number;
  readonly code: string;
  readonly message: string;
}

/** The effect of record `of` is sent, again or for the first time since it was approved or asked for: its next intent. */
export interface AgainRecord {
  readonly t: "again";
  readonly of: number;
  readonly at: number;
  readonly reserves?: readonly Hold[];
}

/** People are asked about the effect of record `of` before it is sent. */
export interface HeldRecord extends Asked {
  readonly t: "held";
  readonly of: number;
  readonly at: number;
}

/** What people have said, about the approval that record `of` waits for. */
export interface DecidedRecord {
  readonly t: "decided";
  readonly of: number;
  readonly at: number;
  readonly approval: string;
  readonly how: "approved" | "rejected" | "expired" | "withdrawn";
  /** As the audit names who had the last word. */
  readonly by: string;
  readonly note?: string;
  /** The arguments to be sent instead, and their digest (base64url). */
  readonly changed?: { readonly arguments: JsonObject; readonly digest: string };
}

/** The effect of record `of` had this outcome, and the step asks for another one, under `key`. */
export interface NextRecord {
  readonly t: "next";
  readonly of: number;
  readonly at: number;
  readonly outcome: EffectOutcome;
  readonly usage?: RecordedUsage;
  readonly effect: EffectRequest;
  readonly key: string | null;
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

/** `words`: "the connection github was disconnected". `details`: by which ids that can be looked up. */
export interface CancelCause {
  readonly words: string;
  readonly details: JsonObject;
}

export interface CancelRecord {
  readonly t: "cancel";
  readonly at: number;
  readonly by: string;
  /** What has ended that it rests on; left out where somebody wanted just that. */
  readonly because?: CancelCause;
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
  | HeldRecord
  | DecidedRecord
  | NextRecord
  | IterateRecord
  | EventRecord
  | CancelRecord
  | ReleasedRecord
  | EndedRecord;
