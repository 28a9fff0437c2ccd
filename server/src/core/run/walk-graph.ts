/** How a graph is walked: what a step's end opens, skips or fails, frame by frame and loop by loop. */
import type { Graph, GraphStep } from "../flow/graph.ts";
import { invariant, unreachable } from "../invariant.ts";
import type { Json } from "../json.ts";
import { askOf } from "../agent/agent-input.ts";
import { messagesOfLoop, nextOfLoop } from "./agent-loop.ts";
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
  type AgentLoop,
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
  if (frame.loop.agent !== null && frame.graph !== frame.loop.agent.ask)
    return failTool(state, frame, frame.loop, failure);
  frame.loop.failure ??= failure;
  state.turning.add(frame.loop.seq);
}

/** A tool that fails is told to the model, and fails nothing else. */
function failTool(state: RunState, frame: Frame, loop: Loop, { code, message }: RunFailure): void {
  const index = frame.path.at(-1)!;
  loop.agent!.errors.set(index, { code, message });
  loop.results[index] = { error: { code, message } };
  loop.frames.delete(index);
  turn(state, loop, state.active.get(loop.seq)!.step);
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
  if (loop.agent !== null && !loop.failure) return turnAgent(state, loop, loop.agent);
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

/** Asks the model again, or begins the tools that it asked for: told by what is there, so that no record says it. */
function turnAgent(state: RunState, loop: Loop, agent: AgentLoop): void {
  const next = nextOfLoop(loop, agent);
  switch (next.kind) {
    case "think": {
      const messages = messagesOfLoop(loop, agent);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- plain data of `ModelMessage`, which is JSON
      const names = { messages: messages as unknown as Json, ask: askOf(agent.input, messages.length) };
      return beginCall(state, loop, agent, { graph: agent.ask, step: agent.ask.steps[0]!, call: null, names });
    }
    case "tools":
      for (const { call, tool, arguments: given } of next.begin) {
        const step = loop.body.steps.find((one) => one.id === tool);
        invariant(step, `there is a step for the tool ${tool}`);
        beginCall(state, loop, agent, { graph: loop.body, step, call, names: { call: given, index: loop.next } });
      }
      return;
    case "rest":
      return;
    case "done":
    case "fail":
      state.turning.add(loop.seq);
      return;
    default:
      unreachable(next);
  }
}

interface BegunCall {
  readonly graph: Graph;
  readonly step: GraphStep;
  readonly call: number | null;
  readonly names: Frame["names"];
}

/** An iteration of one step of its graph. */
function beginCall(state: RunState, loop: Loop, agent: AgentLoop, { graph, step, call, names }: BegunCall): void {
  const index = loop.next++;
  agent.iterations.push(call);
  const frame = newFrame(graph, [...loop.outer.path, index], loop, names);
  frame.left = 1;
  loop.frames.set(index, frame);
  open(state, frame, step);
}
