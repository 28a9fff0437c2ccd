/** An agent's turn: questions to the model and tools in turns, by the records alone. */
import { afterEach, expect, test } from "vitest";
import type { FlowFileInput } from "@steward/sdk";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { EffectCall, Gate } from "../core/ports/gate.ts";
import { applyRecord } from "../core/run/apply-record.ts";
import type { RunRecord } from "../core/run/record.ts";
import { newRunState } from "../core/run/state.ts";
import type { EffectOutcome } from "../core/step-kind.ts";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { closeEngines, deathsOf, through } from "./deaths.testsuite.ts";
import { readRecords } from "./read-records.ts";

const engines: TestEngine[] = [];
afterEach(async () => {
  for (const one of engines.splice(0).toReversed()) await one.close();
  await closeEngines();
});
async function engine(gate: Gate): Promise<TestEngine> {
  const one = await testEngine({ gate });
  engines.push(one);
  return one;
}

const ABOUT = {
  ignored: [],
  model: "claude-haiku-5-5",
  by: "model",
  usage: { inputTokens: 120, cachedInputTokens: 0, outputTokens: 30, reasoningTokens: 0 },
  cost: { amount: 0.00027, currency: "USD" },
  ms: 812,
  id: "msg_1",
};
const says = (text: string): EffectOutcome => ({ kind: "done", result: { ...ABOUT, finish: "stop", text } });
const wants = (...calls: (readonly [name: string, given: Json])[]): EffectOutcome => ({
  kind: "done",
  result: {
    ...ABOUT,
    finish: "calls",
    text: "",
    calls: calls.map(([name, given], at) => ({
      id: `call_${at}`,
      name,
      arguments: typeof given === "string" ? given : JSON.stringify(given),
    })),
  },
});

/** A gate whose model says these things in turn; what tools ask for is `does`'. */
function modelGate(answers: readonly EffectOutcome[], does: (call: EffectCall) => EffectOutcome = () => OK) {
  const asked: JsonObject[] = [];
  const sent: EffectCall[] = [];
  const gate: Gate = {
    async perform(call) {
      await call.intend({ audit: [], reservations: [] });
      const { effect } = call;
      if (effect.action !== "model.generate") {
        sent.push(call);
        return { outcome: does(call), audit: [], settle: [], usage: null };
      }
      asked.push(effect.arguments);
      const outcome = answers[asked.length - 1] ?? says("out of answers");
      return { outcome, audit: [], settle: [], usage: { tokens: 150, micro: 270n, currency: "USD" } };
    },
  };
  return { gate, asked, sent };
}
const OK: EffectOutcome = { kind: "done", result: { status: 200, headers: {}, body: { state: "sent" } } };

const order = {
  id: "order",
  kind: "http",
  note: "Looks an order up.",
  parameters: {
    type: "object",
    properties: { id: { type: "integer" } },
    required: ["id"],
    additionalProperties: false,
  },
  input: { method: "GET", url: "https://example.com/orders/{{ call.id }}" },
};
const add = { id: "add", kind: "set", input: { sum: "{{ call.a + call.b }}" }, parameters: { type: "object" } };

function agent(more: JsonObject = {}, tools: object[] = [order, add]): FlowFileInput {
  const input = {
    connection: "claude",
    model: "claude-haiku-5-5",
    instructions: "Answer.",
    prompt: "Where is order 17?",
    ...more,
  };
  return { format: 1, name: "agent", steps: [{ id: "answer", kind: "agent", input, steps: tools }] as never };
}

const messagesOf = (asked: JsonObject | undefined): readonly JsonObject[] =>
  Array.isArray(asked?.["messages"]) ? asked["messages"].filter(isJsonObject) : [];

async function recordsOf(it: TestEngine, run: string): Promise<RunRecord[]> {
  const all: RunRecord[] = [];
  for await (const { record } of readRecords(it.parts, it.scope, run, 1)) all.push(record);
  return all;
}

test("the model asks for tools, is told what came of them, and answers", async () => {
  const { gate, asked, sent } = modelGate([
    wants(["order", { id: 17 }], ["add", { a: 1, b: 2 }]),
    says("It was sent."),
  ]);
  const it = await engine(gate);
  const version = it.flow(agent());
  const { run, settled } = await it.run(version);
  expect(settled).toMatchObject({
    status: "completed",
    output: { text: "It was sent.", by: "model", turns: 2, calls: 2 },
  });
  expect(asked[0]?.["tools"]).toMatchObject([
    { name: "order", description: "Looks an order up.", parameters: { required: ["id"] } },
    { name: "add" },
  ]);
  expect(messagesOf(asked[0]).map(({ role }) => role)).toEqual(["system", "user"]);
  expect(messagesOf(asked[1]).slice(2)).toMatchObject([
    { role: "assistant", text: "", calls: [{ name: "order" }, { name: "add" }] },
    { role: "tool", call: "call_0", name: "order", text: expect.stringContaining('"state":"sent"') },
    { role: "tool", call: "call_1", name: "add", text: '{"sum":3}' },
  ]);
  expect(sent.map(({ effect }) => effect.arguments["url"])).toEqual(["https://example.com/orders/17"]);
  const state = newRunState(version.compiled);
  for (const record of await recordsOf(it, run)) applyRecord(state, record);
  expect(state).toMatchObject({ tokens: 300, cost: 540n, effects: 3, tainted: true });
});

test("what is no call of a tool is told to the model, and reaches nothing", async () => {
  const { gate, asked, sent } = modelGate([
    wants(["nobody", {}], ["order", "no JSON"], ["order", { id: "17" }], ["order", { id: 1, more: 2 }]),
    says("I can't."),
  ]);
  const it = await engine(gate);
  const { settled } = await it.run(it.flow(agent()));
  expect(settled).toMatchObject({ status: "completed", output: { text: "I can't.", turns: 2, calls: 4 } });
  const told = messagesOf(asked[1]).filter(({ role }) => role === "tool");
  expect(told.map(({ text }) => text)).toEqual([
    expect.stringContaining("tool_unknown"),
    expect.stringContaining("arguments_invalid"),
    expect.stringContaining("arguments_invalid"),
    expect.stringContaining("arguments_invalid"),
  ]);
  expect(sent).toEqual([]);
});

test("a tool that fails is told to the model, and fails nothing else", async () => {
  const { gate, asked } = modelGate([wants(["order", { id: 1 }], ["add", { a: 1, b: 1 }]), says("Sorry.")], () => ({
    kind: "refused",
    code: "not_granted",
    message: "no grant covers it",
  }));
  const it = await engine(gate);
  const { settled } = await it.run(it.flow(agent()));
  expect(settled).toMatchObject({ status: "completed", output: { text: "Sorry." } });
  expect(messagesOf(asked[1]).slice(3)).toMatchObject([
    { text: expect.stringContaining("not_granted") },
    { text: '{"sum":2}' },
  ]);
});

test("the same call failing three times ends the turn", async () => {
  const again = wants(["order", { id: 1 }]);
  const { gate, asked } = modelGate([again, again, again, says("never")], () => ({
    kind: "failed",
    code: "http_status",
    message: "500",
  }));
  const it = await engine(gate);
  const { settled } = await it.run(it.flow(agent()));
  expect(settled).toMatchObject({ status: "failed", error: { code: "agent_stuck" } });
  expect(asked).toHaveLength(3);
});

test("a turn has so many questions and so many calls, and an answer of 10,000 calls is one of 64 at most", async () => {
  const endless = Array.from({ length: 30 }, (_, at) => wants(["add", { a: at, b: 1 }]));
  const first = modelGate(endless);
  const one = await engine(first.gate);
  const { settled } = await one.run(one.flow(agent({ maxTurns: 5 })));
  expect(settled).toMatchObject({ status: "failed", error: { code: "agent_turns" } });
  expect(first.asked).toHaveLength(5);

  const calls = Array.from({ length: 6 }, (_, at) => ["order", { id: at }] as const);
  const second = modelGate([wants(...calls), says("Enough.")]);
  const two = await engine(second.gate);
  const ended = await two.run(two.flow(agent({ maxCalls: 2, parallel: 1 })));
  expect(ended.settled).toMatchObject({ status: "completed", output: { calls: 6 } });
  expect(second.sent).toHaveLength(2);
  const told = messagesOf(second.asked[1]).filter(({ role }) => role === "tool");
  expect(told.filter((message) => JSON.stringify(message).includes("agent_calls"))).toHaveLength(4);
});

test("an answer by a schema is mended, and tools come before it", async () => {
  const schema = { type: "object", properties: { total: { type: "number" } }, required: ["total"] };
  const { gate, asked } = modelGate([wants(["add", { a: 3, b: 4 }]), says('{"total": "seven"}'), says('{"total": 7}')]);
  const it = await engine(gate);
  const { settled } = await it.run(it.flow(agent({ schema })));
  expect(settled).toMatchObject({ status: "completed", output: { object: { total: 7 }, by: "model", turns: 2 } });
  expect(messagesOf(asked[2]).at(-1)).toMatchObject({ role: "user" });
  expect(asked[2]?.["tools"]).toEqual(asked[0]?.["tools"]);
});

test("another model is asked where one can't answer, and when none can the turn fails with its reason", async () => {
  const busy: EffectOutcome = { kind: "failed", code: "overloaded", message: "busy" };
  const fallbacks = [{ connection: "gpt", model: "gpt-6-luna" }];
  const one = modelGate([busy, says("Hello.")]);
  const first = await engine(one.gate);
  expect((await first.run(first.flow(agent({ fallbacks })))).settled).toMatchObject({
    status: "completed",
    output: { text: "Hello." },
  });
  expect(one.asked.map(({ model }) => model)).toEqual(["claude-haiku-5-5", "gpt-6-luna"]);
  const two = modelGate([busy, busy]);
  const second = await engine(two.gate);
  expect((await second.run(second.flow(agent({ fallbacks })))).settled).toMatchObject({
    status: "failed",
    error: { code: "overloaded" },
  });
});

test("an agent without tools asks once; tools may be flows, waits, loops and agents", async () => {
  const plain = modelGate([says("Hi.")]);
  const one = await engine(plain.gate);
  const { settled } = await one.run(one.flow(agent({}, [])));
  expect(settled).toMatchObject({ status: "completed", output: { text: "Hi.", turns: 1, calls: 0 } });
  expect(plain.asked[0]?.["tools"]).toBeUndefined();

  const inner = {
    id: "expert",
    kind: "agent",
    parameters: { type: "object" },
    input: { connection: "claude", model: "claude-haiku-5-5", prompt: "{{ call.question }}" },
    steps: [],
  };
  const each = {
    id: "twice",
    kind: "each",
    parameters: { type: "object" },
    input: { items: "{{ call.numbers }}" },
    steps: [{ id: "double", kind: "set", input: { n: "{{ item * 2 }}" } }],
  };
  const wait = { id: "pause", kind: "wait", input: { seconds: 0 } };
  const nested = modelGate([
    wants(["expert", { question: "Why?" }], ["twice", { numbers: [1, 2] }], ["pause", {}]),
    says("Because."),
    says("Done."),
  ]);
  const two = await engine(nested.gate);
  const ended = await two.run(two.flow(agent({}, [inner, each, wait])));
  expect(ended.settled).toMatchObject({ status: "completed", output: { text: "Done.", turns: 2, calls: 3 } });
  const told = messagesOf(nested.asked[2]).filter(({ role }) => role === "tool");
  expect(told.map(({ text }) => text)).toEqual([expect.stringContaining("Because."), '[{"n":2},{"n":4}]', "null"]);
});

test.each(deathsOf(5))(
  "no answer is asked for twice and no keyed call happens twice: dead $when flush $flush",
  async (death) => {
    const pay = {
      id: "pay",
      kind: "http",
      parameters: { type: "object" },
      input: { method: "POST", url: "https://example.com/{{ call.to }}", repeat: "key", body: {} },
    };
    const paid = new Set<string>();
    const asked: number[] = [];
    const gate: Gate = {
      async perform(call) {
        await call.intend({ audit: [], reservations: [] });
        if (call.effect.action !== "model.generate") {
          paid.add(call.idempotencyKey!);
          return { outcome: OK, audit: [], settle: [], usage: null };
        }
        const told = messagesOf(call.effect.arguments).length;
        asked.push(told);
        const outcome = told === 2 ? wants(["pay", { to: "a" }], ["pay", { to: "b" }]) : says("Paid.");
        return { outcome, audit: [], settle: [], usage: null };
      },
    };
    const { status, died } = await through(death, agent({ parallel: 1 }, [pay]), () => gate);
    expect(died).toBe(true);
    if (status === null) return;
    expect(status).toBe("completed");
    expect(paid.size).toBe(2);
    // An answered question is in the history; only one whose answer was not committed is asked again.
    expect(asked.filter((told) => told === 2).length).toBeLessThanOrEqual(2);
    expect(asked.length).toBeLessThanOrEqual(3);
  },
);
