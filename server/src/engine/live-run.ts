/** A run in the memory of the worker that holds it: its state, and what of it is not committed yet. */
import type { RunStatus } from "@steward/sdk";
import type { AuditEntry } from "../core/audit-entry.ts";
import type { CapReservation, Intended, Settlement } from "../core/ports/gate.ts";
import type { Hidden } from "../core/run/private-fields.ts";
import type { RunFailure } from "../core/run/record.ts";
import type { RunState, Task } from "../core/run/state.ts";
import type { RunKeys } from "../keyring/keyring.ts";
import type { InboxRow } from "../store/inbox.ts";
import type { NewApproval } from "../store/approvals.ts";
import type { DeliveryRow } from "../store/deliveries.ts";
import type { Project } from "./projects.ts";
import type { Version } from "./versions.ts";

/** A run begun by another run or a schedule: written with what begins it, claimed by whoever has room. */
export interface ChildRun {
  readonly id: string;
  readonly version: Version;
  readonly trigger: string;
  readonly record: string;
  readonly parent: string | null;
  /** As `RunState.starter` will be; left out where nobody did. */
  readonly starter?: string | null;
}

/** What an intent asks for in the commit that records it. */
export interface IntentWish {
  /** As `effectName` has it. */
  readonly effect: string;
  readonly reservations: readonly CapReservation[];
  /** To be used up. */
  readonly approval: { readonly id: string; readonly digest: Buffer } | null;
  /** Set once the commit is known to stand; null while it is not, and for good when nobody heard what it said. */
  answer: Intended | null;
}

/** What of a counter an effect is known to have taken; null: what it reserved. */
export interface UnsavedSettlement extends Settlement {
  readonly effect: string;
  readonly periodKey: string;
}

/** What the next flush writes for a run besides its row. */
export interface Unsaved {
  /** Records as JSON texts, from record number `first`. */
  readonly records: string[];
  readonly first: number;
  readonly audit: AuditEntry[];
  readonly consumed: string[];
  readonly messages: InboxRow[];
  readonly children: ChildRun[];
  readonly blobs: Buffer[];
  readonly wishes: IntentWish[];
  readonly settlements: UnsavedSettlement[];
  /** Approvals that people are asked for. */
  readonly asks: NewApproval[];
  /** UUIDs of approvals that nobody needs any more. */
  readonly withdrawn: string[];
  /** What is private in the records, by record number. */
  readonly hidden: Record<number, Hidden>;
  /** Whether a step has ended: then the run does not kill its workers. */
  progress: boolean;
}

export interface CommitWaiter {
  readonly seq: number;
  readonly done: () => void;
  readonly lost: (reason: Error) => void;
}

/** Held: this worker goes on with it. Release: it rests until `dueMs`. End: it has ended. */
export type Disposition =
  | { readonly kind: "hold" }
  | { readonly kind: "release"; readonly dueMs: number | null }
  | { readonly kind: "end" };

/** Something under way for a step: an effect (`seq` is its intent's record), or what has no record yet. */
export interface Flight {
  readonly key: string;
  readonly task: Task;
  seq: number | null;
  readonly controller: AbortController;
}

export interface LiveRun {
  readonly project: Project;
  readonly version: Version;
  readonly id: string;
  readonly idBytes: Buffer;
  readonly shownId: string;
  readonly keys: RunKeys;
  readonly state: RunState;
  readonly parent: string | null;
  /** The first run of the tree of runs this one belongs to: its own id where nothing else began it. */
  readonly root: string;
  /** Whether the parent's step waits for this run's end. */
  readonly parentWaits: boolean;
  readonly retryOf: string | null;
  /** Null once the run is committed for the first time. */
  acceptance: { readonly delivery: Omit<DeliveryRow, "run"> | null; readonly atMonotonicMs: number } | null;
  fence: number;
  /** Whether the run has a place in the queue: others may know of it. */
  queued: boolean;
  /** How many holders died with it since a step of it ended: from one on it is led among few of its like, from two on alone. */
  crashes: number;
  /** On the worker's monotonic clock. */
  ledSinceMs: number;
  unsaved: Unsaved;
  /** The number of the last committed record. */
  committed: number;
  waiters: CommitWaiter[];
  bytes: number;
  status: RunStatus;
  startedAt: number | null;
  endedAt: number | null;
  error: RunFailure | null;
  disposition: Disposition;
  /** Messages of its inbox that are in its history already. */
  readonly taken: Set<string>;
  /** Steps begun here that have no record yet, by step key. */
  readonly started: Map<string, Flight>;
  /** What is in flight here: aborting ends it. */
  readonly inFlight: Set<Flight>;
  /** How many of the state's closed effects are settled, or will be with the next flush. */
  closed: number;
  /** What the gate said that effects have cost which are not settled yet, by effect. */
  readonly actuals: Map<string, readonly Settlement[]>;
  /** Calls of other flows it has made or asked for. */
  calls: number;
  /** The number of the record with the reply, once there is one. */
  replySeq: number | null;
  /** It has not begun, and its flow is paused: it goes back to the queue. */
  paused: boolean;
  /** It may not be led here any more: nothing new is begun, and it is given back when nothing is in flight. */
  leaving: boolean;
  /** The end is being prepared. */
  closing: boolean;
  /** The run has grown beyond its size limit and ends. */
  overflow: boolean;
  /** Blobs being written: until they are, the run's records can't be flushed. */
  blobWrites: number;
  flushing: boolean;
  advancing: boolean;
  /** The fence was lost or the worker let go of the run: nothing more is done with it here. */
  gone: boolean;
  /** Takes back the timer that looks at the run again. */
  cancelTimer: (() => void) | null;
}

export function emptyUnsaved(first: number): Unsaved {
  return {
    records: [],
    first,
    audit: [],
    consumed: [],
    messages: [],
    children: [],
    blobs: [],
    wishes: [],
    settlements: [],
    asks: [],
    withdrawn: [],
    hidden: {},
    progress: false,
  };
}

export function hasUnsaved(run: LiveRun): boolean {
  const { unsaved } = run;
  return (
    unsaved.records.length > 0 ||
    unsaved.audit.length > 0 ||
    unsaved.consumed.length > 0 ||
    run.disposition.kind !== "hold"
  );
}

/** Takes a run off those led here, unless the worker has taken it up anew meanwhile. */
export function forgetLive(live: Map<string, LiveRun>, run: LiveRun): void {
  if (live.get(run.id) === run) live.delete(run.id);
}

/** The run belongs to another worker now, or could not be written: what was to be done with it here is void. */
export class RunLostError extends Error {
  constructor(run: string, reason: string) {
    super(`run ${run} is not led here any more: ${reason}`);
    this.name = "RunLostError";
  }
}
