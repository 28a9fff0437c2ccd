/**
 * Applies one record to a run's state. The only way a state changes, live and on replay alike, so
 * that any history leads to one state (R4). Throws when a record does not fit: a bug, or a
 * tampered history.
 */
import { invariant, unreachable } from "../invariant.ts";
import { isJsonObject, type Json } from "../json.ts";
import type {
  AcceptedRecord,
  BeginRecord,
  DecidedRecord,
  EndRecord,
  HeldRecord,
  IterateRecord,
  NextRecord,
  RecordedUsage,
  RunRecord,
  StepRecord,
} from "./record.ts";
import type { Graph } from "../flow/graph.ts";
import { agentLoop } from "./agent-loop.ts";
import { closeActive, holdMore } from "./closed.ts";
import { effectTaints, startsTainted, stepTaints } from "./taint-of-run.ts";
import { placeKey, type Active, type Loop, type RunState, type Task } from "./state.ts";
import { beginFrame, beginIteration, forget, settle, turn } from "./walk-graph.ts";

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
      if (active.sent++ === 0) state.effects++;
      holdMore(active, record.reserves);
      return;
    }
    case "held":
      return applyHeld(state, record);
    case "decided":
      return applyDecided(state, record);
    case "next":
      return applyNext(state, record);
    case "iterate":
      return applyIterate(state, record);
    case "event":
      state.mailbox.push(record);
      return;
    case "cancel":
      state.cancelledBy = record.by;
      state.cancelledBecause = record.because ?? null;
      return;
    case "released":
      return;
    case "ended":
      invariant(state.ended === null, "terminal states never change (R3)");
      state.ended = record;
      for (const active of state.active.values()) closeActive(state, active);
      return;
    default:
      unreachable(record);
  }
}

function applyHeld(state: RunState, { of, approval, digest }: HeldRecord): void {
  const active = activeOf(state, of);
  invariant(active.pending.kind === "effect", "people are asked about an effect");
  active.pending = { ...active.pending, kind: "approval", approval, digest };
  active.unknown = null;
  active.approval = { id: approval, digest, how: null };
  active.asked++;
}

function applyIterate(state: RunState, { of, index }: IterateRecord): void {
  const { loop, step } = activeOf(state, of);
  invariant(loop?.items === null, "only a while step iterates");
  invariant(loop.next === index && loop.frames.size === 0, "iterations follow each other");
  state.turning.delete(of);
  beginIteration(state, loop, step, index, { item: loop.results[index - 1] ?? null, index });
}

function applyAccepted(state: RunState, record: AcceptedRecord): void {
  state.trigger = record.input;
  state.triggerId = record.trigger;
  state.acceptedAt = record.at;
  state.depth = record.depth ?? 0;
  state.pinned = record.pinned ?? false;
  state.starter = record.starter ?? null;
  state.tainted = startsTainted(state.flow, record);
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
  state.tainted ||= stepTaints(step, record);
  settle(state, frame, step, record, record.attempt, record.same ? record.input : record.output);
}

function applyBegin(state: RunState, record: BeginRecord): void {
  const { frame, step } = takeTask(state, record);
  const { pending } = record;
  const seq = state.seq;
  let loop: Loop | null = null;
  if (pending.kind === "each" || pending.kind === "while" || pending.kind === "agent") {
    const body = step.body ?? NO_STEPS;
    invariant(step.body || pending.kind === "agent", `step ${step.id} has no body`);
    const items = pending.kind === "each" ? itemsOf(record.input) : null;
    loop = {
      seq,
      body,
      outer: frame,
      items,
      parallel: pending.kind === "each" ? pending.parallel : 1,
      results: [],
      frames: new Map(),
      next: 0,
      failure: null,
      unknown: false,
      agent: pending.kind === "agent" ? agentLoop(step, record.input) : null,
      last: null,
    };
  }
  const sent = pending.kind === "effect" ? 1 : 0;
  const active: Active = {
    frame,
    step,
    attempt: record.attempt,
    seq,
    begin: record,
    pending,
    ordinal: 1,
    sent,
    unknown: null,
    approval: pending.kind === "approval" ? { id: pending.approval, digest: pending.digest, how: null } : null,
    asked: pending.kind === "approval" ? 1 : 0,
    holds: [],
    loop,
  };
  holdMore(active, record.reserves);
  state.active.set(seq, active);
  state.effects += sent;
  if (pending.kind === "call") state.subRuns++;
  if (loop) turn(state, loop, step);
}

/** Of an agent without tools. */
const NO_STEPS: Graph = { steps: [], starts: [], ends: [] };

function itemsOf(input: Json | undefined): readonly Json[] {
  const items = isJsonObject(input) ? input["items"] : undefined;
  return Array.isArray(items) ? items : [];
}

/** An approved effect is to be sent from here on, with the arguments that were approved. */
function applyDecided(state: RunState, record: DecidedRecord): void {
  const active = activeOf(state, record.of);
  const { pending } = active;
  invariant(pending.kind === "approval" && pending.approval === record.approval, "nobody was asked about this");
  active.approval = { id: record.approval, digest: record.changed?.digest ?? pending.digest, how: record.how };
  if (record.how !== "approved" || pending.effect === null) return;
  const changed = record.changed ? { arguments: record.changed.arguments } : {};
  active.pending = { kind: "effect", effect: { ...pending.effect, ...changed }, key: pending.key };
}

function applyNext(state: RunState, record: NextRecord): void {
  const active = activeOf(state, record.of);
  state.tainted ||= effectTaints(active);
  addUsage(state, record.usage);
  closeActive(state, active);
  active.pending = { kind: "effect", effect: record.effect, key: record.key };
  active.ordinal++;
  active.sent = 0;
  active.unknown = null;
  active.approval = null;
  active.holds = [];
}

function addUsage(state: RunState, usage: RecordedUsage | undefined): void {
  if (!usage) return;
  state.tokens += usage.tokens;
  if (usage.micro === undefined) return;
  state.currency ??= usage.currency;
  if (usage.currency === state.currency) state.cost += BigInt(usage.micro);
}

function applyEnd(state: RunState, record: EndRecord): void {
  const active = activeOf(state, record.of);
  state.active.delete(record.of);
  state.turning.delete(record.of);
  state.tainted ||= effectTaints(active) || stepTaints(active.step, record);
  addUsage(state, record.usage);
  closeActive(state, active);
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
function mustNotRepeat({ pending, sent, step }: Active): boolean {
  if (pending.kind !== "effect" || sent === 0) return false;
  return pending.effect.repeat === "never" && step.definition.ifUnknown !== "repeat";
}
