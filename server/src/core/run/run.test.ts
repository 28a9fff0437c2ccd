import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CompiledFlow, Graph, GraphStep } from "../flow/graph.ts";
import { unreachable } from "../invariant.ts";
import type { Json } from "../json.ts";
import { applyRecord } from "./apply-record.ts";
import { decide, type Decision, type InProcess } from "./decide.ts";
import { randomFlow, randomFrom } from "./random-flow.testsuite.ts";
import type { Pending, RunRecord } from "./record.ts";
import { newRunState, placeKey, type Active, type Frame, type RunState, type Task } from "./state.ts";

const ALONE: InProcess = { isStarted: () => false, isStopping: () => false };

/** What a decision comes to, without the objects of one process. */
function summary(decision: Decision): Json {
  switch (decision.kind) {
    case "start":
      return [decision.kind, decision.key, decision.task.attempt];
    case "retry":
      return [decision.kind, placeKey(decision.timer.frame.path, decision.timer.step.id), decision.timer.attempt];
    case "wake":
    case "timeout":
    case "turn":
      return [decision.kind, decision.active.seq];
    case "end":
      return [decision.kind, decision.status, decision.output ?? null, decision.error?.step ?? null];
    case "rest":
      return [decision.kind, decision.dueMs, decision.doubt];
    default:
      return unreachable(decision);
  }
}

/** How one walk through a graph went: the port by which each step that ended was left; null when it failed for good. */
type Walk = Map<string, string | null>;

interface Played {
  readonly state: RunState;
  readonly records: readonly RunRecord[];
  /** After each record: what is to be done next, were nothing begun. */
  readonly next: readonly { readonly nowMs: number; readonly decision: Json }[];
  readonly walks: ReadonlyMap<Frame, Walk>;
  readonly end: Extract<Decision, { kind: "end" }>;
}

const DECISIONS_MAX = 20_000;
/** How often an attempt fails. */
const FAILING = 0.2;

/** A tiny engine with random outcomes: steps end at once, later in any order, fail, are tried again, wait, loop. */
class Player {
  readonly state: RunState;
  readonly records: RunRecord[] = [];
  readonly next: { readonly nowMs: number; readonly decision: Json }[] = [];
  readonly walks = new Map<Frame, Walk>();
  readonly #random: () => number;
  readonly #started = new Set<string>();
  readonly #flying: Task[] = [];
  #nowMs = 0;

  constructor(flow: CompiledFlow, random: () => number) {
    this.state = newRunState(flow);
    this.#random = random;
  }

  play(): Played {
    this.#record({ t: "accepted", at: 0, trigger: "manual", input: null });
    for (let count = 0; count < DECISIONS_MAX; count++) {
      const decision = decide(this.state, { ...ALONE, isStarted: (key) => this.#started.has(key) }, this.#nowMs);
      if (decision.kind === "end")
        return { state: this.state, records: this.records, next: this.next, walks: this.walks, end: decision };
      this.#act(decision);
    }
    throw new Error("the run does not end");
  }

  #record(record: RunRecord): void {
    this.records.push(record);
    applyRecord(this.state, record);
    this.next.push({ nowMs: this.#nowMs, decision: summary(decide(this.state, ALONE, this.#nowMs)) });
    for (const active of this.state.active.values()) checkLoop(active);
  }

  #act(decision: Exclude<Decision, { kind: "end" }>): void {
    switch (decision.kind) {
      case "start":
        checkStart(decision.task, this.walks);
        return this.#begin(decision.task);
      case "retry":
        return this.#begin(decision.timer);
      case "wake":
        return this.#end(decision.active, { status: "done" });
      case "turn":
        return this.#turn(decision.active);
      case "timeout":
        throw new Error("no step here has a time");
      case "rest":
        return this.#rest(decision.dueMs);
    }
  }

  #rest(dueMs: number | null): void {
    const at = Math.floor(this.#random() * this.#flying.length);
    const [task] = this.#flying.splice(at, 1);
    if (task) {
      this.#started.delete(placeKey(task.frame.path, task.step.id));
      return this.#settle(task);
    }
    if (dueMs === null) throw new Error("the run rests for ever");
    this.#nowMs = dueMs;
  }

  #begin(task: Task): void {
    const pending = pendingOf(task.step, this.#nowMs);
    const { frame, step, attempt } = task;
    if (pending) {
      this.#record({
        t: "begin",
        step: step.id,
        path: frame.path,
        at: this.#nowMs,
        attempt,
        input: step.definition.input as Json,
        pending,
      });
    } else if (this.#random() < 0.5) {
      this.#started.add(placeKey(frame.path, step.id));
      this.#flying.push(task);
    } else this.#settle(task);
  }

  #settle(task: Task): void {
    const { frame, step, attempt } = task;
    // A loop that has failed meanwhile has dropped the step: its result is of no use.
    if (
      this.state.ready.get(placeKey(frame.path, step.id))?.frame !== frame &&
      this.state.retries.get(placeKey(frame.path, step.id))?.frame !== frame
    )
      return;
    this.#record({
      t: "step",
      step: step.id,
      path: frame.path,
      at: this.#nowMs,
      ms: 0,
      attempt,
      ...this.#ending(task),
    });
  }

  #end(active: Active, ending: { readonly status: "done"; readonly output?: Json } | null): void {
    this.#record({
      t: "end",
      of: active.seq,
      at: this.#nowMs,
      ...(ending ? this.#noted(active, ending) : this.#ending(active, true)),
    });
    this.#forgetStarted();
  }

  /** What a loop's end has dropped is no longer under way. */
  #forgetStarted(): void {
    for (const task of this.#flying.splice(0)) {
      const key = placeKey(task.frame.path, task.step.id);
      const stands =
        this.state.ready.get(key)?.frame === task.frame || this.state.retries.get(key)?.frame === task.frame;
      if (stands) this.#flying.push(task);
      else this.#started.delete(key);
    }
  }

  #turn(active: Active): void {
    const { loop, begin } = active;
    if (loop!.failure) return this.#end(active, null);
    const goes = begin.pending.kind === "while" && loop!.next < begin.pending.max && this.#random() < 0.7;
    if (goes) return this.#record({ t: "iterate", of: active.seq, index: loop!.next });
    this.#end(active, { status: "done", output: loop!.results.map((one) => one ?? null) });
  }

  #ending(task: Task, failed = this.#random() < FAILING) {
    const { step, frame, attempt } = task;
    if (!failed) {
      const ports = [...step.ports.keys()].filter((port) => port !== "error");
      const port = ports[Math.floor(this.#random() * ports.length)]!;
      return this.#noted(task, {
        status: "done",
        output: placeKey(frame.path, step.id),
        ...(step.kind.kind === "branch" ? { port } : {}),
      });
    }
    const error = { code: "made_up", message: "as the test wants" };
    const retry = step.definition.retry;
    if (retry && attempt <= retry.times)
      return { status: "failed" as const, error, retryAt: this.#nowMs + retry.delayMs };
    return this.#noted(task, { status: "failed", error });
  }

  #noted<Ending extends { status: "done" | "failed"; port?: string }>(task: Task, ending: Ending): Ending {
    const { step, frame } = task;
    const first = step.kind.ports(step.definition)[0]!;
    const walk = this.walks.get(frame) ?? new Map<string, string | null>();
    this.walks.set(frame, walk);
    const fatal = step.definition.onError === "fail" ? null : step.definition.onError === "port" ? "error" : first;
    walk.set(step.id, ending.status === "done" ? (ending.port ?? first) : fatal);
    return ending;
  }
}

function pendingOf(step: GraphStep, nowMs: number): Pending | null {
  const input = step.definition.input as { parallel?: number; max?: number; seconds?: number };
  switch (step.kind.kind) {
    case "each":
      return { kind: "each", parallel: input.parallel! };
    case "while":
      return { kind: "while", max: input.max! };
    case "wait":
      return { kind: "wait", dueMs: nowMs + input.seconds! * 1000, event: null };
    default:
      return null;
  }
}

/** Edges into a step, found by looking at all others. */
function edgesInto(graph: Graph, to: GraphStep): { from: GraphStep; port: string }[] {
  return graph.steps.flatMap((from) =>
    [...from.ports].filter(([, targets]) => targets.includes(to.index)).map(([port]) => ({ from, port })),
  );
}

/** The naive rule: whether a step ran or will never run, and whether it is to run. */
function isSettled(graph: Graph, walk: Walk, step: GraphStep): boolean {
  return (
    walk.has(step.id) ||
    (edgesInto(graph, step).length > 0 &&
      !isDue(graph, walk, step) &&
      edgesInto(graph, step).every(({ from }) => isSettled(graph, walk, from)))
  );
}

function isDue(graph: Graph, walk: Walk, step: GraphStep): boolean {
  const edges = edgesInto(graph, step);
  return edges.length === 0 || edges.some(({ from, port }) => walk.get(from.id) === port);
}

function checkStart(task: Task, walks: ReadonlyMap<Frame, Walk>): void {
  const { frame, step } = task;
  const walk = walks.get(frame) ?? new Map<string, string | null>();
  expect(walk.has(step.id), `${step.id} runs once`).toBe(false);
  expect(isDue(frame.graph, walk, step), `an edge into ${step.id} is taken`).toBe(true);
  for (const { from } of edgesInto(frame.graph, step))
    expect(isSettled(frame.graph, walk, from), `${from.id} is settled before ${step.id}`).toBe(true);
}

function checkLoop({ loop, begin }: Active): void {
  if (!loop) return;
  expect(loop.frames.size).toBeLessThanOrEqual(begin.pending.kind === "each" ? begin.pending.parallel : 1);
  for (const [index, result] of loop.results.entries()) {
    const place = [...begin.path, index].join(".");
    for (const text of JSON.stringify(result ?? null).match(/"[\d.]+\//g) ?? [])
      expect(text.slice(1)).toMatch(new RegExp(`^${place.replaceAll(".", "\\.")}[./]`));
  }
}

/** @param fatal how many of the steps fail the run when they fail */
function play(seed: number, fatal: number): Played {
  const random = randomFrom(seed);
  return new Player(randomFlow(random, fatal), random).play();
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const RUNS = { numRuns: 400 };

describe("any flow with any outcomes", () => {
  test("ends, runs a step only when its edges say so, and at most once in each walk", () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(0, 0.05, 0.3), (seed, fatal) => {
        expect(play(seed, fatal).end.status).toMatch(fatal === 0 ? /completed/ : /completed|failed/);
      }),
      RUNS,
    );
  });

  test("that completes has run exactly the steps of the naive rule, in each walk", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { walks, state, end } = play(seed, 0);
        expect(end.status).toBe("completed");
        expect(walks.has(state.root)).toBe(true);
        for (const [{ graph }, walk] of walks) {
          for (const step of graph.steps)
            expect([step.id, walk.has(step.id)]).toEqual([step.id, isDue(graph, walk, step)]);
        }
      }),
      RUNS,
    );
  });

  test("is led to the same state and the same decisions by its records alone (R4)", () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(0, 0.05, 0.3), (seed, fatal) => {
        const { state, records, next } = play(seed, fatal);
        const again = newRunState(state.flow);
        for (const [at, record] of records.entries()) {
          applyRecord(again, stored(record));
          expect(again.seq).toBe(at + 1);
          expect(summary(decide(again, ALONE, next[at]!.nowMs))).toEqual(next[at]!.decision);
        }
        expect(comparable(again)).toEqual(comparable(state));
      }),
      RUNS,
    );
  });

  test("refuses a record that does not follow from the others", () => {
    fc.assert(
      fc.property(seeds, fc.nat(), (seed, pick) => {
        const { state, records } = play(seed, 0.05);
        const steps = records.filter(
          (one) => one.t === "step" || one.t === "begin" || one.t === "end" || one.t === "iterate",
        );
        fc.pre(steps.length > 0);
        const chosen = steps[pick % steps.length]!;
        const again = newRunState(state.flow);
        for (const record of records.slice(0, records.indexOf(chosen) + 1)) applyRecord(again, record);
        fc.pre(chosen.t !== "step" || chosen.retryAt === undefined);
        expect(() => applyRecord(again, chosen)).toThrow("invariant broken");
      }),
      RUNS,
    );
  });
});

/** A record as it comes back from the store. */
function stored(record: RunRecord): RunRecord {
  const back: RunRecord = JSON.parse(JSON.stringify(record));
  return back;
}

const frame = (one: Frame): unknown => ({
  path: one.path,
  steps: { ...one.steps },
  names: { ...one.names },
  incoming: [...one.incoming],
  taken: [...one.taken],
  status: [...one.status],
  left: one.left,
});

/** The state without the identity of objects. */
function comparable(state: RunState): unknown {
  const task = ([key, one]: [string, Task]): unknown => [key, one.attempt, frame(one.frame)];
  return {
    seq: state.seq,
    root: frame(state.root),
    ready: [...state.ready].map(task),
    retries: [...state.retries].map((one) => [task(one), one[1].dueMs]),
    active: [...state.active.values()].map((one) => ({
      seq: one.seq,
      attempt: one.attempt,
      begin: one.begin,
      loop: one.loop && {
        results: one.loop.results,
        next: one.loop.next,
        failure: one.loop.failure,
        frames: [...one.loop.frames.values()].map(frame),
      },
    })),
    turning: [...state.turning],
    failure: state.failure,
    reply: state.reply,
    stepsEnded: state.stepsEnded,
  };
}
