/** A model step that asks more than once, through the whole program: repairs and fallbacks, each call counted for itself. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startSteward, type TestSteward } from "./start-steward.ts";

const MODELS = ["first", "second", "third"] as const;
const SCHEMA = { type: "object", properties: { team: { type: "string" } }, required: ["team"] };
const GOOD = '{"team":"sales"}';
const usage = (input: number, output: number) => ({ prompt_tokens: input, completion_tokens: output });

let mock: LLMock;
let steward: TestSteward;
let folder = "";
beforeAll(async () => {
  mock = new LLMock({ port: 0 });
  await mock.start();
  folder = mkdtempSync(path.join(tmpdir(), "steward-prices-"));
  const file = path.join(folder, "prices.json");
  const price = { connector: "openai_compatible", input: 1000, output: 2000 };
  const prices = [
    { ...price, model: "first", currency: "EUR" },
    { ...price, model: "second", currency: "USD" },
  ];
  writeFileSync(file, JSON.stringify({ prices }));
  steward = await startSteward({ STEWARD_EGRESS_ALLOW: "127.0.0.1", STEWARD_MODEL_PRICES: file });
  const connection = {
    connector: "openai_compatible",
    slug: "brain",
    address: `${mock.url}/v1`,
    secret: { apiKey: "k" },
  };
  await call("POST", "/v1/connections", connection);
  const lines = [{ actions: ["model.generate"], rate: [{ times: 1000, per: "total" }] }];
  await call("POST", "/v1/grants", { to: "project", connection: "brain", lines });
  const budget = { level: "project", unit: "tokens", amount: 100_000, period: "total" };
  await call("POST", "/v1/budgets", budget);
  const fallbacks = MODELS.slice(1).map((model) => ({ connection: "brain", model }));
  const input = { connection: "brain", model: "first", prompt: "{{ trigger.body.text }}", schema: SCHEMA, repairs: 2 };
  const step = { id: "ask", kind: "model", input: { ...input, fallbacks, maxOutputTokens: 50 }, timeoutMs: 1500 };
  for (const [slug, steps] of [
    ["all", [step]],
    ["alone", [{ ...step, input: { ...input, maxOutputTokens: 50 }, retry: { times: 1, delayMs: 10 } }]],
  ] as const) {
    await call("PUT", `/v1/flows/${slug}`, { format: 1, name: slug, steps });
    await call("POST", `/v1/flows/${slug}/publish`);
  }
}, 60_000);
afterAll(async () => {
  await steward?.close();
  await mock?.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  mock.clearFixtures();
  mock.clearRequests();
});

async function call<T = Record<string, unknown>>(method: string, target: string, body?: object): Promise<T> {
  const answer = await fetch(steward.address + target, {
    method,
    headers: { authorization: `Bearer ${steward.key}`, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${target}: ${answer.status} ${text}`);
  return JSON.parse(text) as T;
}

interface Ran {
  readonly id: string;
  readonly status: string;
  readonly output: { readonly object: unknown; readonly model: string };
  readonly usage: { readonly tokens: number; readonly effects: number };
}

async function run(slug: string): Promise<Ran> {
  return await call<Ran>("POST", `/v1/flows/${slug}/runs`, { input: { text: "Where to?" }, wait: 20 });
}

/** What the counters of tokens and calls hold: nothing is left reserved once the run is over. */
async function counted(): Promise<{ readonly tokens: number; readonly calls: number }> {
  const { rows } = await steward.db.admin.query<{ unit: string; spent: number; reserved: number }>({
    text: "select c.unit, k.spent::int as spent, k.reserved::int as reserved from steward.cap_counters k join steward.caps c on c.id = k.cap",
  });
  expect(rows.map(({ reserved }) => reserved)).toEqual(rows.map(() => 0));
  const of = (unit: string): number => rows.find((row) => row.unit === unit)?.spent ?? 0;
  return { tokens: of("tokens"), calls: of("calls") };
}

const asked = (): readonly unknown[] => mock.getRequests().map(({ body }) => body?.model);

/** The audit's word on each call of a run: one intent and one outcome each. */
async function outcomes(id: string): Promise<readonly unknown[]> {
  const { rows } = await steward.db.admin.query<{ action: string; outcome: string; code: string | null }>({
    text: `select e->>'action' as action, e->'facts'->>'outcome' as outcome, e->'facts'->>'code' as code
      from steward.audit_batches, jsonb_array_elements(entries) with ordinality t (e, n)
      where e->>'target' like $1 || '/%' order by recorded_at, seq, n`,
    values: [id],
  });
  expect(rows.filter(({ action }) => action === "effect.intent")).toHaveLength(rows.length / 2);
  return rows.filter(({ action }) => action === "effect.outcome").map(({ outcome, code }) => code ?? outcome);
}

test("an answer that does not fit is mended within the limit, and each call is a record, a reservation and a cost of its own", async () => {
  const before = await counted();
  mock.on({ model: "first", sequenceIndex: 0 }, { content: "Sales, I think.", usage: usage(10, 1) });
  mock.on({ model: "first", sequenceIndex: 1 }, { content: '{"group":"sales"}', usage: usage(20, 2) });
  mock.on({ model: "first", sequenceIndex: 2 }, { content: GOOD, usage: usage(30, 3) });
  const ran = await run("all");
  expect(ran).toMatchObject({
    status: "completed",
    output: { object: { team: "sales" } },
    usage: { tokens: 66, effects: 3 },
  });
  expect(asked()).toEqual(["first", "first", "first"]);
  const now = await counted();
  expect([now.tokens - before.tokens, now.calls - before.calls]).toEqual([66, 3]);
  expect(await outcomes(ran.id)).toEqual(["done", "done", "done"]);
});

test("beyond the limit the next model is asked, from the beginning", async () => {
  mock.on({ model: "first" }, { content: "no", usage: usage(1, 1) });
  mock.on({ model: "second" }, { content: GOOD, usage: usage(1, 1) });
  const ran = await run("all");
  expect(ran).toMatchObject({ status: "completed", output: { model: expect.anything() } });
  expect(asked()).toEqual(["first", "first", "first", "second"]);
  expect(mock.getLastRequest()?.body?.messages).toHaveLength(1);
});

test("what a run costs is told in each currency, and nothing is added up that is not alike", async () => {
  mock.on({ model: "first" }, { content: "no", usage: usage(10, 5) });
  mock.on({ model: "second" }, { content: GOOD, usage: usage(20, 10) });
  const { id } = await run("all");
  const { usage: used } = await call<Ran>("GET", `/v1/runs/${id}`);
  // Three calls of 10 and 5 tokens at 1,000 and 2,000 EUR a million, one of 20 and 10 in USD.
  expect(used).toMatchObject({ cost: { amount: 0.06, currency: "EUR" } });
  expect(used).toMatchObject({ otherCosts: [{ amount: 0.04, currency: "USD" }] });
});

test.each([
  [429, "rate_limited"],
  [500, "provider_unavailable"],
])("another model answers for one that says %i", async (status, code) => {
  mock.on({ model: "first" }, { error: { message: "not now" }, status });
  mock.on({ model: "second" }, { content: GOOD, usage: usage(5, 2) });
  const before = await counted();
  const ran = await run("all");
  expect(ran).toMatchObject({ status: "completed", usage: { tokens: 7, effects: 2 } });
  expect(asked()).toEqual(["first", "second"]);
  expect(await outcomes(ran.id)).toEqual([code, "done"]);
  const now = await counted();
  expect([now.tokens - before.tokens, now.calls - before.calls]).toEqual([7, 1]);
});

test("another model answers for one that does not in time, whose call counts as it was reserved", async () => {
  let heard = 0;
  mock.on({ model: "first" }, () => new Promise(() => void heard++));
  mock.on({ model: "second" }, { content: GOOD, usage: usage(5, 2) });
  const before = await counted();
  const ran = await run("all");
  expect(ran).toMatchObject({ status: "completed", usage: { effects: 2 } });
  expect([heard, asked()]).toEqual([1, ["second"]]); // its journal has what was answered
  expect(await outcomes(ran.id)).toEqual(["timeout", "done"]);
  const now = await counted();
  expect(now.calls - before.calls).toBe(2);
  expect(now.tokens - before.tokens).toBeGreaterThan(7 + 50); // at most: a token a byte, and all that it might have written
});

test("where there is no other, it is asked again, no sooner than it says", async () => {
  mock.on({ model: "first", sequenceIndex: 0 }, { error: { message: "not now" }, status: 429, retryAfter: 2 });
  mock.on({ model: "first" }, { content: GOOD, usage: usage(5, 2) });
  const begun = Date.now();
  const ran = await run("alone");
  expect(ran).toMatchObject({ status: "completed" });
  expect(Date.now() - begun).toBeGreaterThanOrEqual(2000);
});

test("what was asked and what came back is in the run's record with its use, sealed", async () => {
  mock.on({ model: "first", sequenceIndex: 0 }, { content: "canary-answer-1", usage: usage(10, 1) });
  mock.on({ model: "first", sequenceIndex: 1 }, { content: GOOD, usage: usage(20, 2) });
  const { id } = await run("all");
  const { items } = await call<{ items: readonly { readonly output: unknown }[] }>("GET", `/v1/runs/${id}/steps`);
  expect(items[0]).toMatchObject({
    input: { prompt: "Where to?", maxOutputTokens: 50, schema: SCHEMA },
    output: {
      usage: { inputTokens: 20, outputTokens: 2 },
      cost: { amount: 0.024, currency: "EUR" },
      ms: expect.any(Number),
      by: "model",
      id: expect.any(String),
    },
  });
  const { rows } = await steward.db.admin.query<{ text: string }>({
    text: "select s::text as text from steward.segments s",
  });
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.some(({ text }) => text.includes("canary-answer-1"))).toBe(false);
});
