/** The engine's verbs as the rest of the program calls them. Built in `create-engine.ts`. */
import type { CancelCause } from "../core/run/record.ts";
import type { RunError, RunStatus } from "@steward/sdk";
import type { Json } from "../core/json.ts";
import type { RunRow } from "../store/runs.ts";
import type { InboxRow } from "../store/inbox.ts";
import type { Scope } from "../store/scope.ts";
import type { ApprovalDecision } from "./call-flow.ts";
import type { Version } from "./versions.ts";

export interface NewRun {
  readonly scope: Scope;
  readonly version: Version;
  /** The trigger's id in the flow file; `manual` for a start by API, CLI or page. */
  readonly trigger: string;
  /** What expressions see as `trigger`. */
  readonly input: Json;
  /**
   * The delivery this run is for: a repeated one gets the first run. `trigger` is the trigger row's id; with a
   * `digest`, a repetition that brings something else is refused as `idempotency_mismatch`.
   */
  readonly delivery?: { readonly trigger: string; readonly key: Buffer; readonly digest: Buffer | null } | null;
  readonly pinned?: boolean;
  /** Left out where no person asked for it. */
  readonly starter?: Starter | null;
}

/** Who wants a run, by a request of their own. */
export interface Starter {
  /** UUID of the account. */
  readonly account: string;
  /** Rather than by a program with a key: what a program hands over it has from others, and taints (`core/policy/taint.ts`). */
  readonly inPerson: boolean;
}

/** What a run has come to, as somebody who waited for it gets it. */
export interface Settled {
  readonly status: RunStatus;
  readonly reply: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Json | undefined;
  } | null;
  readonly output: Json | undefined;
  readonly error: RunError | null;
}

export interface Started {
  /** The run's UUID: of the first run when the delivery came before. */
  readonly run: string;
  readonly repeated: boolean;
  /** What the run came to within the time, or null: it goes on. */
  readonly settled: Settled | null;
}

/** A run with what its last record says. */
export interface RunView {
  readonly row: RunRow;
  readonly slug: string;
  /** What its expressions see as `trigger`. */
  readonly input: Json | undefined;
  readonly output: Json | undefined;
  readonly error: RunError | null;
}

export interface StepView {
  readonly seq: number;
  readonly step: string;
  readonly path: readonly number[];
  readonly attempt: number;
  readonly status: "running" | "waiting" | "in_doubt" | "done" | "failed" | "cancelled";
  readonly input: Json | undefined;
  readonly output: Json | undefined;
  readonly error: RunError | null;
  readonly startedAt: number;
  readonly durationMs: number | null;
  readonly copied: boolean;
  /** UUID of the last approval that it asked for. */
  readonly approval: string | null;
}

/** A committed record and what it shows: a step's state, or the run's. */
export type RunNews =
  | { readonly seq: number; readonly step: StepView }
  | { readonly seq: number; readonly run: RunView };

export interface Engine {
  /**
   * Accepts a run durably (R1). `until`: null answers once it is committed; `reply` and `end` wait so
   * long, at most `waitMs`. Throws `overloaded` with `retryAfterSeconds` before memory grows.
   */
  startRun(run: NewRun, until: null | "reply" | "end", waitMs: number): Promise<Started>;
  /** Waits for a run's end, at most `waitMs`. */
  waitForEnd(scope: Scope, run: string, waitMs: number): Promise<Settled | null>;
  /** Null when this project has no such run. */
  readRun(scope: Scope, run: string): Promise<RunView | null>;
  /** Step records whose first record is after `after`, in order. Null when there is no such run. */
  listSteps(
    scope: Scope,
    run: string,
    after: number,
    limit: number,
    step: string | null,
  ): Promise<{ readonly items: readonly StepView[]; readonly next: number | null } | null>;
  /** Committed records after `after` as they come, ending with the run's end or the signal. */
  follow(scope: Scope, run: string, after: number, signal: AbortSignal): AsyncGenerator<RunNews>;
  /** Throws `not_found`, `run_finished`. Settles when the wish is durable; the run stops at once, wherever it is led. */
  cancelRun(scope: Scope, run: string, by: string): Promise<void>;
  /** `by` is audited with the flush that takes the event into the run. */
  sendEvent(scope: Scope, run: string, name: string, data: Json | undefined, by: string): Promise<void>;
  /** Throws `nothing_to_resolve`. */
  resolveEffect(scope: Scope, run: string, resolution: Resolution, by: string): Promise<void>;
  /**
   * The last word on an approval, as it is written to its run's inbox in the transaction that decides: after `lockQueue`
   * (without a row the run has ended, and nothing is written), with `insertInbox` and `wakeRuns`; then `wake`.
   */
  sealDecision(scope: Scope, run: string, decision: ApprovalDecision): Promise<InboxRow>;
  /** A wish that a run be cancelled, as it is written to its inbox in the same way; who writes it audits it. */
  sealCancel(scope: Scope, run: string, by: string, because: CancelCause): Promise<InboxRow>;
  /** Tells whoever leads these runs that their inboxes have something new, once it is committed. */
  wake(runs: readonly string[]): void;
  /** Begins a new run with the earlier records kept (R3); gives its UUID. Throws `run_not_finished`, `value_invalid`. */
  retryRun(scope: Scope, run: string, from: string | null, by: string, starter?: Starter | null): Promise<string>;
  /** Reads the project's variables and region, and its flows' published versions, again before they are next used, in every process. */
  forgetProject(project: string): void;
  forgetFlow(flow: string): void;
}

export interface Resolution {
  readonly step: string | null;
  readonly path: readonly number[] | null;
  readonly how: "done" | "repeat" | "fail";
  readonly result: Json | undefined;
}
