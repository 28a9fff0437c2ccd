/** Steps that ask for one effect after the other, what runs cost, and what the gate is told of a run. */
import { afterEach, expect, test } from "vitest";
import type { JsonObject } from "../core/json.ts";
import type { EffectCall, EffectUsage, Gate } from "../core/ports/gate.ts";
import { applyRecord } from "../core/run/apply-record.ts";
import type { RunRecord } from "../core/run/record.ts";
import { newRunState } from "../core/run/state.ts";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { counters, DONE, makeCap, reservation } from "./capped.testsuite.ts";
import { readRecords } from "./read-records.ts";

const engines: TestEngine[] = [];
afterEach(async () => {
  for (const one of engines.splice(0).toReversed()) await one.close();
});
async function engine(gate: Gate): Promise<TestEngine> {
  const one = await testEngine({ gate });
  engines.push(one);
  return one;
}

const ANSWER = {
  finish: "stop",
  ignored: [],
  model: "claude-haiku-5-5",
  by: "model",
  usage: { inputTokens: 120, cachedInputTokens: 0, outputTokens: 30, reasoningTokens: 0 },
  cost: { amount: 0.00027, currency: "USD" },
  ms: 812,
  id: "msg_1",
};
const said = (text: string) => ({ kind: "done", result: { ...ANSWER, text } as JsonObject }) as const;

/** A gate that answers each call with the next of these texts, and counts what it costs. */
function modelGate(texts: readonly string[], usage: EffectUsage | null, caps: () => readonly string[] = () => []) {
  const calls: EffectCall[] = [];
  const gate: Gate = {
    async perform(call) {
      const reservations = caps().map((cap) => reservation(cap, 1000n, 10_000n));
      const { reserved } = await call.intend({ audit: [], reservations });
      expect(reserved).toBe("granted");
      calls.push(call);
      const settle = reservations.map(({ cap }) => ({ cap, amount: 150n }));
      return { outcome: said(texts[calls.length - 1]!), audit: [], settle, usage };
    },
  };
  return { gate, calls };
}

const ask = {
  format: 1 as const,
  name: "ask",
  steps: [
    {
      id: "ask",
      kind: "model",
      input: {
        connection: "claude",
        model: "claude-haiku-5-5",
        prompt: "How much?",
        schema: { type: "object", properties: { total: { type: "number" } }, required: ["total"] },
        repairs: 2,
      },
    },
  ] as never,
};

async function recordsOf(it: TestEngine, run: string): Promise<RunRecord[]> {
  const all: RunRecord[] = [];
  for await (const { record } of readRecords(it.parts, it.scope, run, 1)) all.push(record);
  return all;
}

test("a step asks again after an answer that does not fit: each effect has its record, its reservation and its cost", async () => {
  let cap = "";
  const texts = ['{"total": "much"}', '{"sum": 1}', '{"total": 7}'];
  const usage = { tokens: 150, micro: 270n, currency: "USD" };
  const { gate, calls } = modelGate(texts, usage, () => [cap]);
  const it = await engine(gate);
  cap = await makeCap(it.db, it.scope, 10_000);
  const version = it.flow(ask);
  const { run, settled } = await it.run(version);
  expect(settled).toMatchObject({ status: "completed", output: { object: { total: 7 }, by: "model" } });
  expect(calls).toHaveLength(3);
  const messages = calls.map(({ effect }) => effect.arguments["messages"] as unknown[]);
  expect(messages.map(({ length }) => length)).toEqual([1, 3, 5].map((count) => count + messages[0]!.length - 1));
  const records = await recordsOf(it, run);
  expect(records.map(({ t }) => t)).toEqual(["accepted", "begin", "next", "again", "next", "again", "end", "ended"]);
  const outcomes = records.flatMap((one) => (one.t === "next" ? [one.outcome] : []));
  expect(outcomes).toEqual([said(texts[0]!), said(texts[1]!)]);
  expect(await counters(it.db)).toMatchObject([{ spent: 450, reserved: 0, held: 0 }]);
  const { row } = (await it.engine.readRun(it.scope, run))!;
  expect(row).toMatchObject({ effects: 3, tokens: 450, costMicro: "810", costCurrency: "USD", steps: 1 });
  const state = newRunState(version.compiled);
  for (const one of records) applyRecord(state, one);
  expect(state).toMatchObject({ tokens: 450, cost: 810n, currency: "USD", effects: 3 });
});

test("a step whose answers never fit ends, and what it cost stays", async () => {
  const { gate, calls } = modelGate(["no", "no", "no"], { tokens: 10, micro: null, currency: "USD" });
  const it = await engine(gate);
  const { run, settled } = await it.run(it.flow(ask));
  expect(settled).toMatchObject({ status: "failed", error: { code: "model_answer_invalid" } });
  expect(calls).toHaveLength(3);
  const { row } = (await it.engine.readRun(it.scope, run))!;
  expect(row).toMatchObject({ tokens: 30, costMicro: "0", costCurrency: null });
});

/** What the gate is told, by step. */
function tellingGate() {
  const told = new Map<string, Pick<EffectCall, "tainted" | "starter" | "written">>();
  const gate: Gate = {
    async perform(call) {
      told.set(call.step, { tainted: call.tainted, starter: call.starter, written: call.written });
      await call.intend({ audit: [], reservations: [] });
      return { outcome: DONE, audit: [], settle: [], usage: null };
    },
  };
  return { gate, told };
}

const http = (id: string, more: object = {}) => ({
  id,
  kind: "http",
  input: { method: "POST", url: "https://example.com/{{ trigger.body }}" },
  ...more,
});
const ACCOUNT = "01234567-89ab-7cde-8f01-0000000000ee";
const RETRIER = "01234567-89ab-7cde-8f01-0000000000ff";
const flow = (name: string, ...steps: object[]) => ({ format: 1 as const, name, steps: steps as never });

test("the gate is told who started a run, whether it has read what others write, and the step as it is written", async () => {
  const { gate, told } = tellingGate();
  const it = await engine(gate);
  const version = it.flow(flow("two", http("first", { next: ["second"] }), http("second")));
  const start = (starter: { account: string; inPerson: boolean } | null) =>
    it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: { body: "x" }, starter }, "end", 10_000);
  const { run } = await start({ account: ACCOUNT, inPerson: true });
  expect(told.get("first")).toEqual({
    tainted: false,
    starter: ACCOUNT,
    written: { method: "POST", url: "https://example.com/{{ trigger.body }}" },
  });
  expect(told.get("second")).toMatchObject({ tainted: true, starter: ACCOUNT });

  await start({ account: ACCOUNT, inPerson: false });
  expect(told.get("first")).toMatchObject({ tainted: true, starter: ACCOUNT });
  await start(null);
  expect(told.get("first")).toMatchObject({ tainted: true, starter: null });

  // Who runs it again acts for themselves; what is kept of it is as tainted as it was.
  told.clear();
  const again = await it.engine.retryRun(it.scope, run, "second", "ann", { account: RETRIER, inPerson: true });
  await it.engine.waitForEnd(it.scope, again, 10_000);
  expect(told.get("second")).toMatchObject({ tainted: true, starter: RETRIER });
  expect(told.has("first")).toBe(false);
});

test("a sub-flow acts for whoever started the first run, and taint goes down to it and back up", async () => {
  const { gate, told } = tellingGate();
  const it = await engine(gate);
  it.flow(flow("reads", http("inner")));
  it.flow(flow("thinks", { id: "set", kind: "set", input: { x: 1 } }));
  const call = (id: string, called: string, next: string[]) => ({ id, kind: "flow", input: { flow: called }, next });
  const version = it.flow(flow("outer", call("calm", "thinks", ["before"]), http("before", { next: [] })));
  const wish = { scope: it.scope, trigger: "manual", input: {}, starter: { account: ACCOUNT, inPerson: true } };
  await it.engine.startRun({ ...wish, version }, "end", 10_000);
  expect(told.get("before")).toMatchObject({ tainted: false });

  const reading = it.flow(flow("reading", call("reads", "reads", ["after"]), http("after")));
  await it.engine.startRun({ ...wish, version: reading }, "end", 10_000);
  expect(told.get("inner")).toMatchObject({ tainted: false, starter: ACCOUNT });
  expect(told.get("after")).toMatchObject({ tainted: true, starter: ACCOUNT });

  const down = it.flow(flow("down", http("first", { next: ["reads"] }), call("reads", "reads", [])));
  await it.engine.startRun({ ...wish, version: down }, "end", 10_000);
  expect(told.get("inner")).toMatchObject({ tainted: true });
});
