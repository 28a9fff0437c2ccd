/**
 * Applies one record to a run's state. The only way a state changes, live and on replay alike, so
 * that any history leads to one state (R4). Throws when a record does not fit: a bug, or a
 * tampered history.
 */
import type { GraphStep } from "../flow/graph.ts";
import { invariant, unreachable } from "../invariant.ts";
import { isJsonObject, type Json } from "../json.ts";
import type { AcceptedRecord, BeginRecord, EndRecord, RunFailure, RunRecord, StepRecord } from "./record.ts";
import {
  COMING,
  DONE,
  FAILED,
  OPEN,
  SKIPPED,
  newFrame,
  placeKey,
  resultOf,
  type Active,
  type Frame,
  type Loop,
  type RunState,
  type Task,
} from "./state.ts";

export function applyRecord(state: RunState, record: RunRecord): void {
  state.seq++;
  switch (record.t) {
    case "accepted":
      return applyAccepted(state, record);
    case "step":
      return applyStep(state, record);
    case "begin":
      return applyBegin(state, record);
    case "end":
      return applyEnd(state, record);
    case "unknown":
      activeOf(state, record.of).unknown = record;
      return;
    case "again": {
      const active = activeOf(state, record.of);
      active.unknown = null;
      active.sent++;
      return;
    }
    case "iterate": {
      const active = activeOf(state, record.of);
      invariant(active.loop?.items === null, "only a while step iterates");
      invariant(active.loop.next === record.index && active.loop.frames.size === 0, "iterations follow each other");
      state.turning.delete(record.of);
      beginIteration(state, active.loop, active.step, record.index, {
        item: active.loop.results[record.index - 1] ?? null,
        index: record.index,
      });
      return;
    }
    case "event":
      state.mailbox.push(record);
      return;
    case "cancel":
      state.cancelledBy = record.by;
      return;
    case "released":
      return;
    case "ended":
      invariant(state.ended === null, "terminal states never change (R3)");
      state.ended = record;
      return;
    default:
      unreachable(record);
  }
}

function applyAccepted(state: RunState, record: AcceptedRecord): void {
  state.trigger = record.input;
  state.triggerId = record.trigger;
  state.acceptedAt = record.at;
  state.depth = record.depth ?? 0;
  state.pinned = record.pinned ?? false;
  beginFrame(state, state.root);
}

function activeOf(state: RunState, seq: number): Active {
  const active = state.active.get(seq);
  invariant(active, `record ${state.seq} is about record ${seq}, which has not begun or has ended`);
  return active;
}

/** Takes the step that a record begins or ends from those that are ready or due again: each stands there once. */
function takeTask(state: RunState, record: StepRecord | BeginRecord): Task {
  const key = placeKey(record.path, record.step);
  const task = state.ready.get(key) ?? state.retries.get(key);
  invariant(task, `record ${state.seq} is about step ${key}, which is not ready`);
  state.ready.delete(key);
  state.retries.delete(key);
  return task;
}

function applyStep(state: RunState, record: StepRecord): void {
  const { frame, step } = takeTask(state, record);
  if (record.begins && !record.copied) state.subRuns++;
  settle(state, frame, step, record, record.attempt, record.same ? record.input : record.output);
}

function applyBegin(state: RunState, record: BeginRecord): void {
  const { frame, step } = takeTask(state, record);
  const { pending } = record;
  const seq = state.seq;
  let loop: Loop | null = null;
  if (pending.kind === "each" || pending.kind === "while") {
    invariant(step.body, `step ${step.id} has no body`);
    const items = pending.kind === "each" ? itemsOf(record.input) : null;
    loop = {
      seq,
      body: step.body,
      outer: frame,
      items,
      parallel: pending.kind === "each" ? pending.parallel : 1,
      results: [],
      frames: new Map(),
      next: 0,
      failure: null,
      unknown: false,
      last: null,
    };
  }
  state.active.set(seq, { frame, step, attempt: record.attempt, seq, begin: record, sent: 1, unknown: null, loop });
  if (pending.kind === "effect") state.effects++;
  if (pending.kind === "call") state.subRuns++;
  if (loop) turn(state, loop, step);
}

function itemsOf(input: Json | undefined): readonly Json[] {
  const items = isJsonObject(input) ? input["items"] : undefined;
  return Array.isArray(items) ? items : [];
}

function applyEnd(state: RunState, record: EndRecord): void {
  const active = activeOf(state, record.of);
  state.active.delete(record.of);
  state.turning.delete(record.of);
  if (record.event !== undefined) {
    const at = state.mailbox.findIndex((event) => event.id === record.event);
    invariant(at !== -1, `event ${record.event} has not come, or was taken before`);
    state.mailbox.splice(at, 1);
  }
  if (record.status === "cancelled" && mustNotRepeat(active)) {
    for (let { loop } = active.frame; loop; loop = loop.outer.loop) loop.unknown = true;
  }
  if (active.loop) forget(state, active.loop);
  settle(state, active.frame, active.step, record, active.attempt, record.output);
}

/** An effect that was cut off and is not safe to repeat. */
function mustNotRepeat({ begin, step }: Active): boolean {
  const { pending } = begin;
  return pending.kind === "effect" && pending.effect.repeat === "never" && step.definition.ifUnknown !== "repeat";
}

/** Drops what still runs inside a loop that has ended. */
function forget(state: RunState, loop: Loop): void {
  const inside = (frame: Frame | null): boolean => {
    for (let one = frame; one; one = one.loop?.outer ?? null) if (one.loop === loop) return true;
    return false;
  };
  for (const [key, task] of state.ready) if (inside(task.frame)) state.ready.delete(key);
  for (const [key, timer] of state.retries) if (inside(timer.frame)) state.retries.delete(key);
  for (const [seq, active] of state.active) {
    if (!inside(active.frame)) continue;
    state.active.delete(seq);
    state.turning.delete(seq);
  }
  loop.frames.clear();
}

type Ending = Pick<EndRecord, "status" | "port" | "error" | "retryAt" | "reply">;

function settle(
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

function beginFrame(state: RunState, frame: Frame): void {
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
function turn(state: RunState, loop: Loop, step: GraphStep): void {
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

function beginIteration(state: RunState, loop: Loop, step: GraphStep, index: number, names: Frame["names"]): void {
  invariant(step.body === loop.body, "a loop walks its step's body");
  const frame = newFrame(loop.body, [...loop.outer.path, index], loop, names);
  loop.next = index + 1;
  loop.frames.set(index, frame);
  beginFrame(state, frame);
}
