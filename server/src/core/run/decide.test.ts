import { FlowFile, type FlowFileInput } from "@steward/sdk";
import { describe, expect, test } from "vitest";
import { compileFlow } from "../flow/compile-flow.ts";
import { applyRecord } from "./apply-record.ts";
import { decide, type InProcess } from "./decide.ts";
import { KINDS } from "./random-flow.testsuite.ts";
import type { RunRecord } from "./record.ts";
import { newRunState, type RunState } from "./state.ts";

function started(steps: FlowFileInput["steps"], more: Partial<FlowFileInput> = {}): RunState {
  const { flow, problems } = compileFlow(FlowFile.parse({ format: 1, name: "test", steps, ...more }), KINDS);
  expect(problems).toEqual([]);
  const state = newRunState(flow);
  applyRecord(state, { t: "accepted", at: 1000, trigger: "manual", input: null });
  return state;
}

function apply(state: RunState, ...records: readonly RunRecord[]): void {
  for (const record of records) applyRecord(state, record);
}

const step = (id: string, more: object = {}): RunRecord => ({
  t: "step",
  step: id,
  path: [],
  at: 1000,
  ms: 0,
  attempt: 1,
  status: "done",
  ...more,
});
const NONE: InProcess = { isStarted: () => false, isStopping: () => false };

const begin = (id: string, more: object = {}): RunRecord => ({
  t: "begin",
  step: id,
  path: [],
  at: 1000,
  attempt: 1,
  pending: { kind: "wait", dueMs: null, event: "go" },
  ...more,
});
const go = (id: string): RunRecord => ({ t: "event", at: 1000, id, name: "go", data: id });

describe("waiting", () => {
  const waits: FlowFileInput["steps"] = [
    { id: "a", kind: "wait", input: { event: "go" } },
    { id: "b", kind: "wait", input: { event: "go" } },
  ];

  test("an event wakes one wait, though it came before; the next wait needs another", () => {
    const state = started(waits);
    apply(state, go("e1"), begin("a"), begin("b"));
    expect(decide(state, NONE, 1000)).toMatchObject({
      kind: "wake",
      active: { step: { id: "a" } },
      event: { id: "e1" },
    });
    apply(state, { t: "end", of: 3, at: 1000, status: "done", output: "e1", event: "e1" });
    expect(decide(state, NONE, 1000)).toEqual({ kind: "rest", dueMs: null, doubt: false });
    apply(state, go("e2"));
    expect(decide(state, NONE, 1000)).toMatchObject({
      kind: "wake",
      active: { step: { id: "b" } },
      event: { id: "e2" },
    });
  });

  test("an event is taken once", () => {
    const state = started(waits);
    apply(state, go("e1"), begin("a"), begin("b"), { t: "end", of: 3, at: 1000, status: "done", event: "e1" });
    expect(() => apply(state, { t: "end", of: 4, at: 1000, status: "done", event: "e1" })).toThrow(
      "invariant broken: event e1",
    );
  });

  test("its time is over at its time, not before; an event that is there then still counts", () => {
    const state = started(waits.slice(0, 1));
    apply(state, begin("a", { timeoutAt: 5000 }));
    expect(decide(state, NONE, 4999)).toEqual({ kind: "rest", dueMs: 5000, doubt: false });
    expect(decide(state, NONE, 5000)).toMatchObject({ kind: "timeout", active: { seq: 2 } });
    apply(state, go("e1"));
    expect(decide(state, NONE, 5000)).toMatchObject({ kind: "wake" });
  });
});

describe("ending", () => {
  const two: FlowFileInput["steps"] = [
    { id: "a", kind: "reply", input: { body: 1 } },
    { id: "b", kind: "reply", input: { body: 2 } },
  ];

  test("the first reply counts", () => {
    const state = started(two);
    apply(
      state,
      step("b", { output: 2, reply: { status: 201, headers: {} } }),
      step("a", { output: 1, reply: { status: 200, headers: {} } }),
    );
    expect(state.reply).toEqual({ status: 201, headers: {}, body: 2 });
    expect(decide(state, NONE, 1000)).toMatchObject({ kind: "end", status: "completed", output: 2 });
  });

  test("a cancel comes before everything, a failure before what is ready", () => {
    const state = started(two);
    apply(state, step("a", { status: "failed", error: { code: "made_up", message: "no" } }));
    expect(decide(state, NONE, 1000)).toMatchObject({
      kind: "end",
      status: "failed",
      error: { code: "made_up", step: "a", path: [] },
    });
    apply(state, { t: "cancel", at: 1000, by: "key" });
    expect(decide(state, NONE, 1000)).toMatchObject({ kind: "end", status: "cancelled" });
  });

  test("a terminal state never changes (R3)", () => {
    const state = started(two);
    apply(state, { t: "ended", at: 1000, status: "failed" });
    expect(() => apply(state, { t: "ended", at: 1000, status: "completed" })).toThrow("R3");
  });

  test("a run that takes longer than its time fails as run_timeout", () => {
    const state = started(two, { timeoutMs: 500 });
    expect(decide(state, NONE, 1499)).toMatchObject({ kind: "start" });
    expect(decide(state, NONE, 1500)).toMatchObject({ kind: "end", status: "failed", error: { code: "run_timeout" } });
    expect(decide(state, { ...NONE, isStarted: () => true }, 1200)).toEqual({
      kind: "rest",
      dueMs: 1500,
      doubt: false,
    });
  });

  test("an effect whose fate is unknown leaves the run in doubt, beside what else is due", () => {
    const state = started([
      { id: "a", kind: "http", input: { method: "POST", url: "https://example.com" } },
      { id: "b", kind: "wait", input: { seconds: 9 } },
    ]);
    const effect = {
      action: "http.request",
      arguments: {},
      credential: null,
      repeat: "never",
      timeoutMs: 1000,
    } as const;
    apply(
      state,
      { t: "begin", step: "a", path: [], at: 1000, attempt: 1, pending: { kind: "effect", effect, key: null } },
      { t: "begin", step: "b", path: [], at: 1000, attempt: 1, pending: { kind: "wait", dueMs: 10_000, event: null } },
      { t: "unknown", of: 2, at: 1000, code: "timeout", message: "no answer" },
    );
    expect(decide(state, NONE, 1000)).toEqual({ kind: "rest", dueMs: 10_000, doubt: true });
    apply(state, { t: "again", of: 2, at: 1000 });
    expect(state.active.get(2)).toMatchObject({ sent: 2, unknown: null });
    expect(decide(state, NONE, 1000)).toEqual({ kind: "rest", dueMs: 10_000, doubt: false });
  });
});

describe("results", () => {
  test("a chain of 5,000 skipped steps is passed at once", () => {
    const chain = Array.from({ length: 4998 }, (_, at) => ({
      id: `s${at}`,
      kind: "set",
      next: at < 4997 ? [`s${at + 1}`] : [],
    }));
    const state = started([
      {
        id: "b",
        kind: "branch",
        input: { cases: [{ port: "yes", when: "{{ false }}" }] },
        next: { yes: ["s0"], else: ["last"] },
      },
      { id: "last", kind: "set" },
      ...chain,
    ]);
    apply(state, step("b", { output: null, port: "else" }), step("last", { output: { a: 1 } }));
    expect(decide(state, NONE, 1000)).toMatchObject({ kind: "end", status: "completed", output: { a: 1 } });
  });

  test("a step that is named like a part of every object is a step like others", () => {
    const state = started([
      { id: "constructor", kind: "set", next: ["toString"] },
      { id: "toString", kind: "set" },
      { id: "hasOwnProperty", kind: "set" },
    ]);
    apply(
      state,
      step("constructor", { output: 1 }),
      step("hasOwnProperty", { output: 3 }),
      step("toString", { output: 2 }),
    );
    expect(decide(state, NONE, 1000)).toMatchObject({
      kind: "end",
      status: "completed",
      output: { toString: 2, hasOwnProperty: 3 },
    });
  });
});
