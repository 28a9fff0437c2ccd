/**
 * What a run does next, from its version and its history alone (R4): the engine asks again after
 * each record until the answer is to rest or to end.
 */
import type { Active, Loop, RunState, Task } from "./state.ts";
import { resultOf, type RetryTimer } from "./state.ts";
import type { Json } from "../json.ts";
import type { EventRecord, RunFailure, TerminalStatus } from "./record.ts";

export type Decision =
  /** Begin this step. */
  | { readonly kind: "start"; readonly key: string; readonly task: Task }
  /** A failed attempt's time has come: begin the next. */
  | { readonly kind: "retry"; readonly timer: RetryTimer }
  /** A wait is over, by its time or by an event. */
  | { readonly kind: "wake"; readonly active: Active; readonly event: EventRecord | null }
  /** A step's own time is over. */
  | { readonly kind: "timeout"; readonly active: Active }
  /** A loop's turn: decide whether it goes on. */
  | { readonly kind: "turn"; readonly active: Active }
  /** Nothing more will begin: stop what is in flight, then end so. */
  | {
      readonly kind: "end";
      readonly status: TerminalStatus;
      readonly output: Json | undefined;
      readonly error: RunFailure | null;
    }
  | { readonly kind: "rest"; readonly dueMs: number | null; readonly doubt: boolean };

/** What only the process that leads the run knows: nothing of it outlives a crash. */
export interface InProcess {
  /** Whether the step of this key has been begun here and has no record yet. */
  isStarted(key: string): boolean;
  /** Whether a failed loop waits for what is still in flight inside it. */
  isStopping(loop: Loop): boolean;
}

/**
 * @param nowMs the present moment; only timers look at it
 */
export function decide(state: RunState, here: InProcess, nowMs: number): Decision {
  if (state.cancelledBy !== null) {
    const { cancelledBy: by, cancelledBecause: because } = state;
    return {
      kind: "end",
      status: "cancelled",
      output: undefined,
      error: {
        code: "cancelled",
        message: because === null ? `cancelled by ${by}` : `cancelled because ${because.words}`,
        ...(because === null ? {} : { details: because.details }),
      },
    };
  }
  if (state.failure) return { kind: "end", status: "failed", output: undefined, error: state.failure };
  if (state.root.left === 0 && state.seq > 0) {
    const output = state.reply ? state.reply.body : resultOf(state.root);
    return { kind: "end", status: "completed", output, error: null };
  }
  const deadline = state.flow.file.timeoutMs === undefined ? null : state.acceptedAt + state.flow.file.timeoutMs;
  if (deadline !== null && deadline <= nowMs) {
    return {
      kind: "end",
      status: "failed",
      output: undefined,
      error: { code: "run_timeout", message: `the run took longer than its ${state.flow.file.timeoutMs} ms` },
    };
  }
  for (const seq of state.turning) {
    const active = state.active.get(seq)!;
    if (!here.isStopping(active.loop!)) return { kind: "turn", active };
  }
  for (const [key, task] of state.ready) if (!here.isStarted(key)) return { kind: "start", key, task };
  return decideTimers(state, here, nowMs, deadline);
}

function decideTimers(state: RunState, here: InProcess, nowMs: number, deadline: number | null): Decision {
  let dueMs = deadline ?? Number.POSITIVE_INFINITY;
  let doubt = false;
  for (const [key, timer] of state.retries) {
    if (here.isStarted(key)) continue;
    if (timer.dueMs <= nowMs) return { kind: "retry", timer };
    dueMs = Math.min(dueMs, timer.dueMs);
  }
  for (const active of state.active.values()) {
    const { pending } = active;
    const { timeoutAt } = active.begin;
    if (pending.kind === "wait") {
      const event = pending.event === null ? null : (state.mailbox.find((one) => one.name === pending.event) ?? null);
      if (event || (pending.dueMs !== null && pending.dueMs <= nowMs)) return { kind: "wake", active, event };
      dueMs = Math.min(dueMs, pending.dueMs ?? Number.POSITIVE_INFINITY);
    }
    if (active.unknown) doubt = true;
    if (timeoutAt === undefined || pending.kind === "effect") continue;
    if (timeoutAt <= nowMs) return { kind: "timeout", active };
    dueMs = Math.min(dueMs, timeoutAt);
  }
  return { kind: "rest", dueMs: dueMs === Number.POSITIVE_INFINITY ? null : dueMs, doubt };
}
