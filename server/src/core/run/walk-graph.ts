/** How a graph is walked: what a step's end opens, skips or fails, frame by frame and loop by loop. */
import type { GraphStep } from "../flow/graph.ts";
import { invariant } from "../invariant.ts";
import type { Json } from "../json.ts";
import { closeActive } from "./closed.ts";
import type { EndRecord, RunFailure } from "./record.ts";
import {
  COMING,
  DONE,
  FAILED,
  OPEN,
  SKIPPED,
  newFrame,
  placeKey,
  resultOf,
  type Frame,
  type Loop,
  type RunState,
} from "./state.ts";

/** Drops what still runs inside a loop that has ended. */
export function forget(state: RunState, loop: Loop): void {
  const inside = (frame: Frame | null): boolean => {
    for (let one = frame; one; one = one.loop?.outer ?? null) if (one.loop === loop) return true;
    return false;
  };
  for (const [key, task] of state.ready) if (inside(task.frame)) state.ready.delete(key);
  for (const [key, timer] of state.retries) if (inside(timer.frame)) state.retries.delete(key);
  for (const [seq, active] of state.active) {
    if (!inside(active.frame)) continue;
    closeActive(state, active);
    state.active.delete(seq);
    state.turning.delete(seq);
  }
  loop.frames.clear();
}

type Ending = Pick<EndRecord, "status" | "port" | "error" | "retryAt" | "reply">;

export function settle(
  state: RunState,
  frame: Frame,
  step: GraphStep,
  ending: Ending,
  attempt: number,
  output: Json | undefined,
): void {
  state.stepsEnded++;
  if (ending.retryAt !== undefined) {
    state.retries.set(placeKey(frame.path, step.id), { frame, step, attempt: attempt + 1, dueMs: ending.retryAt });
    return;
  }
  // The caller has been answered with the first reply; a later one can't change that.
  if (ending.reply) state.reply ??= { ...ending.reply, body: output };
  if (ending.status === "done") {
    if (output !== undefined) frame.steps[step.id] = output;
    resolve(state, frame, step, DONE, ending.port ?? step.ports.keys().next().value ?? "out");
    return;
  }
  const error = ending.error ?? { code: "failed", message: `step ${step.id} failed` };
  if (ending.status === "cancelled" || step.definition.onError === "fail") {
    frame.status[step.index] = FAILED;
    failFrame(state, frame, { ...error, step: step.id, path: frame.path });
    return;
  }
  const { code, message, details } = error;
  frame.steps[step.id] = { error: { code, message, ...(details === undefined ? {} : { details }) } };
  const port = step.definition.onError === "port" ? "error" : (step.ports.keys().next().value ?? "out");
  resolve(state, frame, step, DONE, port);
}

function failFrame(state: RunState, frame: Frame, failure: RunFailure): void {
  if (frame.loop === null) {
    state.failure ??= failure;
    return;
  }
  frame.loop.failure ??= failure;
  state.turning.add(frame.loop.seq);
}

export function beginFrame(state: RunState, frame: Frame): void {
  for (const index of frame.graph.starts) open(state, frame, frame.graph.steps[index]!);
  if (frame.left === 0) endFrame(state, frame);
}

function open(state: RunState, frame: Frame, step: GraphStep): void {
  frame.status[step.index] = OPEN;
  state.ready.set(placeKey(frame.path, step.id), { frame, step, attempt: 1 });
}

/** Passes a finished or skipped step's edges on; iterative, so that a long chain of skips is fine. */
function resolve(
  state: RunState,
  frame: Frame,
  first: GraphStep,
  status: typeof DONE | typeof SKIPPED,
  port: string,
): void {
  const work: { step: GraphStep; port: string | null }[] = [{ step: first, port: status === DONE ? port : null }];
  frame.status[first.index] = status;
  while (work.length > 0) {
    const { step, port: taken } = work.pop()!;
    frame.left--;
    for (const [name, targets] of step.ports) {
      for (const target of targets) {
        if (name === taken) frame.taken[target] = 1;
        if (--frame.incoming[target]! > 0 || frame.status[target] !== COMING) continue;
        const next = frame.graph.steps[target]!;
        if (frame.taken[target]) open(state, frame, next);
        else {
          frame.status[target] = SKIPPED;
          work.push({ step: next, port: null });
        }
      }
    }
  }
  if (frame.left === 0) endFrame(state, frame);
}

function endFrame(state: RunState, frame: Frame): void {
  const { loop } = frame;
  if (!loop) return;
  const index = frame.path.at(-1)!;
  loop.results[index] = resultOf(frame);
  loop.frames.delete(index);
  loop.last = frame;
  turn(state, loop, state.active.get(loop.seq)!.step);
}

/** Begins what an each step may begin now; asks for a decision when a loop's turn is over. */
export function turn(state: RunState, loop: Loop, step: GraphStep): void {
  if (loop.items === null || loop.failure) {
    state.turning.add(loop.seq);
    return;
  }
  while (loop.next < loop.items.length && loop.frames.size < loop.parallel) {
    const index = loop.next;
    beginIteration(state, loop, step, index, { item: loop.items[index] ?? null, index });
  }
  if (loop.next === loop.items.length && loop.frames.size === 0) state.turning.add(loop.seq);
}

export function beginIteration(
  state: RunState,
  loop: Loop,
  step: GraphStep,
  index: number,
  names: Frame["names"],
): void {
  invariant(step.body === loop.body, "a loop walks its step's body");
  const frame = newFrame(loop.body, [...loop.outer.path, index], loop, names);
  loop.next = index + 1;
  loop.frames.set(index, frame);
  beginFrame(state, frame);
}
