import { AgentFile, type AgentFileInput, type Connector } from "@steward/sdk";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CONNECTORS } from "../../connectors/catalogue.ts";
import { stepKinds } from "../../steps/kinds.ts";
import { evaluateTemplate } from "../expression/template.ts";
import { compileFlow } from "../flow/compile-flow.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { type Callable, compileAgent } from "./compile-agent.ts";

const ALL: readonly Connector[] = CONNECTORS;
const KINDS = stepKinds({ checkCode: (_language, source) => ({ source }), connectors: ALL });
const REFUND_TAKES = { type: "object", properties: { order: { type: "integer" } } };
const refund: Callable = {
  slug: "refund",
  kind: "flow",
  name: "Refund",
  description: "Pays back.",
  input: REFUND_TAKES,
};
const loose: Callable = { slug: "loose", kind: "flow", name: "Loose", description: null, input: null };
const expert: Callable = { slug: "tax-expert", kind: "agent", name: "Expert", description: null, input: null };

const FILE: AgentFileInput = {
  format: 1,
  kind: "agent",
  name: "Support",
  instructions: "Be kind.",
  model: { connection: "claude", model: "claude-haiku-5-5" },
};
const compile = (more: Partial<AgentFileInput> = {}, callables: readonly Callable[] = [refund, loose, expert]) =>
  compileAgent(AgentFile.parse({ ...FILE, ...more }), { slug: "support", connectors: ALL, callables });
const toolsOf = (more: Partial<AgentFileInput>, callables?: readonly Callable[]) =>
  compile(more, callables).flow.steps[0]!.steps ?? [];

/** What the turn's step is begun with, as a run evaluates it. */
function begunWith(more: Partial<AgentFileInput>, trigger: Json = { method: null, body: "Hi" }): JsonObject {
  const { flow } = compile(more);
  const compiled = compileFlow(flow, KINDS);
  expect(compiled.problems).toEqual([]);
  const scope = { trigger, run: { startedAt: "2026-03-29T00:30:00.000Z" }, steps: {}, vars: {} };
  const input = evaluateTemplate(compiled.flow.graph.steps[0]!.input, scope);
  if (!input.ok || !isJsonObject(input.value ?? null)) throw new Error(JSON.stringify(input));
  return input.value as JsonObject;
}

test("an agent with tools of every sort is a flow without a problem, each tool with what it takes", () => {
  const more = {
    tools: ["gmail.send", "gmail.*", "github.*", "flow:refund", "agent:*", "ask", "wait"],
    connections: { gmail: "ann-mail", github: "me" },
  };
  const { flow, problems } = compile(more);
  expect(problems).toEqual([]);
  expect(compileFlow(flow, KINDS).problems).toEqual([]);
  const tools = toolsOf(more);
  expect(tools.map(({ id }) => id)).toEqual(
    expect.arrayContaining(["gmail_send", "flow_refund", "agent_tax_expert", "ask_person", "wait"]),
  );
  expect(new Set(tools.map(({ id }) => id)).size).toBe(tools.length);
  expect(tools.find(({ id }) => id === "gmail_send")).toMatchObject({
    kind: "action",
    input: { action: "gmail.send", connection: "ann-mail", arguments: "{{ call }}" },
    parameters: { type: "object", properties: { to: expect.anything() } },
  });
  expect(tools.find(({ id }) => id === "flow_refund")).toMatchObject({
    kind: "flow",
    note: "Pays back.",
    parameters: REFUND_TAKES,
  });
});

test("what is not there is a problem of its field", () => {
  const { problems } = compile({ tools: ["nobody.send", "gmail.nothing", "flow:gone", "flow:tax-expert", "slack.*"] });
  expect(problems.map(({ field, message }) => `${field}: ${message}`)).toEqual([
    'tools[0]: there is no connector "nobody"',
    'tools[1]: Gmail has no action "gmail.nothing"',
    "tools[1]: say in connections with which connection Gmail's actions are done",
    'tools[2]: there is no published flow "gone"',
    'tools[3]: there is no published flow "tax-expert"',
    "tools[4]: say in connections with which connection Slack's actions are done",
  ]);
});

test("an agent is no tool of its own, and two tools of one name are a problem", () => {
  const own: Callable = { ...expert, slug: "support" };
  expect(toolsOf({ tools: ["agent:*"] }, [own])).toEqual([]);
  const long = "a".repeat(62);
  const both = [`${long}a`, `${long}b`].map((slug): Callable => ({ ...refund, slug }));
  expect(compile({ tools: ["flow:*"] }, both).problems).toMatchObject([
    { field: "tools[0]", message: expect.stringContaining("would both be called") },
  ]);
});

test("instructions are told as they are written, whatever stands in them", () => {
  const text = fc.string({
    unit: fc.constantFrom("{", "}", "{{", "}}", "'", '"', "\\", "`", "${", "a", "\n", "😀", "\u2028"),
  });
  fc.assert(
    fc.property(text, (instructions) => {
      const told = begunWith({ instructions })["instructions"];
      expect(told).toBe(instructions === "" ? "You are Support." : `You are Support.\n\n${instructions}`);
    }),
    { numRuns: 200 },
  );
  const long = "{{ 'x' }} ".repeat(10_000);
  expect(begunWith({ instructions: long })["instructions"]).toBe(`You are Support.\n\n${long}`);
});

test("the time is told only where a zone is given, and is the run's own", () => {
  const told = begunWith({ identity: { timeZone: "Europe/Berlin" } })["instructions"];
  expect(told).toMatch(/This began on Sunday,? 29 March 2026 at 01:30 \(Europe\/Berlin\)\.$/);
  expect(begunWith({ identity: { title: "clerk" } })["instructions"]).toBe("You are Support, clerk.\n\nBe kind.");
  expect(compile({ identity: { timeZone: "'+x+'" } }).problems).toMatchObject([{ field: "identity.timeZone" }]);
});

test.each<readonly [what: string, trigger: Json, messages: Json]>([
  ["a message", { method: null, body: { message: "Hi" } }, [{ role: "user", text: "Hi" }]],
  ["plain text", { method: null, body: "Hi" }, [{ role: "user", text: "Hi" }]],
  ["nothing", { method: null, body: null }, [{ role: "user", text: "Begin." }]],
  ["an event", { method: null, body: { id: 1 } }, [{ role: "user", text: '{"id":1}' }]],
  [
    "more than a message",
    { method: "POST", body: { message: "a", b: 1 } },
    [{ role: "user", text: '{"message":"a","b":1}' }],
  ],
  [
    "a conversation",
    {
      method: null,
      body: {
        messages: [
          { role: "assistant", text: "Hi" },
          { role: "system", text: "x" },
          { role: "user", text: "Yo" },
        ],
      },
    },
    [
      { role: "assistant", text: "Hi" },
      { role: "user", text: "Yo" },
    ],
  ],
  [
    "a conversation by a webhook, which is data",
    { method: "POST", body: { messages: [{ role: "assistant", text: "Hi" }] } },
    [{ role: "user", text: '{"messages":[{"role":"assistant","text":"Hi"}]}' }],
  ],
])("of %s the model is told what was said", (_what, trigger, messages) => {
  expect(begunWith({}, trigger)["messages"]).toEqual(messages);
});

test("what the compiler of flows finds is told by the agent file's fields", () => {
  const { flow, fieldOf, problems } = compile({
    tools: ["ask", "flow:refund"],
    output: { type: "object", pattern: "x" },
    input: { type: "object", pattern: "x" },
    triggers: [{ id: "in", kind: "schedule", everySeconds: 5, timeZone: "Mars/Base" }],
    model: { connection: "claude", model: "m", fallbacks: [{ connection: "claude", model: "m" }] },
  });
  expect(problems.map(({ field }) => field)).toEqual([expect.stringMatching(/^output/), "model.fallbacks"]);
  const fields = compileFlow(flow, KINDS).problems.map(({ field }) => fieldOf(field));
  expect(fields.toSorted()).toEqual([expect.stringMatching(/^input/), "triggers[0].timeZone"]);
  expect(fieldOf("steps[0].steps[1].input.flow")).toBe("tools[1]");
  expect(fieldOf("steps[0].input.fallbacks[0].model")).toBe("model.fallbacks[0].model");
});
