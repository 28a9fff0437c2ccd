/** Models through the whole program, aimock in the place of their providers. */
import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSteward, type TestSteward } from "./start-steward.ts";

const KEY = "sk-canary-Zq7x9vT2mLw8RkBn5Yc3";
const PROMPT = "canary-prompt-5519";

const SORT = {
  format: 1,
  name: "Sort",
  steps: [
    {
      id: "ask",
      kind: "model",
      input: {
        connection: "brain",
        model: "llama3.3:70b",
        instructions: "Sort it.",
        prompt: "{{ trigger.body.text }}",
        schema: { type: "object", properties: { team: { type: "string" } }, required: ["team"] },
        repairs: 0,
      },
      next: ["end"],
    },
    { id: "end", kind: "set", input: { team: "{{ steps.ask.object.team }}" } },
  ],
};

const VECTORS = {
  format: 1,
  name: "Vectors",
  steps: [
    {
      id: "embed",
      kind: "embed",
      input: { connection: "brain", model: "nomic-embed-text", texts: ["one", "{{ trigger.body.text }}"] },
    },
  ],
};

let mock: LLMock;
let steward: TestSteward;

beforeAll(async () => {
  mock = new LLMock({ port: 0 });
  await mock.start();
  steward = await startSteward({ STEWARD_EGRESS_ALLOW: "127.0.0.1" });
  await connect("brain", "openai_compatible");
  await publish("sort", SORT);
  await publish("ungranted", SORT);
  await publish("capped", SORT);
  await publish("again", { ...SORT, steps: [{ ...SORT.steps[0], retry: { times: 2, delayMs: 10 }, next: [] }] });
  await publish("vectors", VECTORS);
  for (const slug of ["sort", "again", "vectors"]) await give(slug);
  await give("capped", { money: [{ amount: 1, currency: "USD", per: "day" }] });
});
afterAll(async () => {
  await steward?.close();
  await mock?.stop();
});

async function call(
  method: string,
  target: string,
  body?: object,
): Promise<{ readonly status: number; readonly json: unknown }> {
  const answer = await fetch(steward.address + target, {
    method,
    headers: { authorization: `Bearer ${steward.key}`, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, json: text === "" ? null : JSON.parse(text) };
}

async function connect(slug: string, connector: string): Promise<void> {
  const made = await call("POST", "/v1/connections", {
    connector,
    slug,
    address: `${mock.url}/v1`,
    secret: { apiKey: KEY },
  });
  expect([made.status, made.json]).toMatchObject([201, { connection: { status: "active" } }]);
}

async function publish(slug: string, file: object): Promise<void> {
  expect((await call("PUT", `/v1/flows/${slug}`, file)).json).toMatchObject({ problems: [] });
  expect((await call("POST", `/v1/flows/${slug}/publish`)).status).toBe(200);
}

async function give(slug: string, line: object = {}): Promise<void> {
  const lines = [{ actions: ["model.generate", "model.embed"], ...line }];
  expect((await call("POST", "/v1/grants", { to: `flow:${slug}`, connection: "brain", lines })).status).toBe(201);
}

interface Step {
  readonly attempt: number;
  readonly status: string;
  readonly startedAt: string;
  readonly error?: { readonly code: string };
}

async function run(slug: string): Promise<{ readonly run: unknown; readonly steps: readonly Step[] }> {
  const started = await call("POST", `/v1/flows/${slug}/runs`, { input: { text: PROMPT }, wait: 20 });
  const { id } = started.json as { readonly id: string };
  const steps = (await call("GET", `/v1/runs/${id}/steps`)).json as { readonly items: readonly Step[] };
  return { run: started.json, steps: steps.items };
}

test("a flow lets a model sort a message, and keeps what it was asked, what it said and what it used", async () => {
  mock.onMessage(PROMPT, { content: '{"team":"sales"}', usage: { prompt_tokens: 30, completion_tokens: 5 } });
  expect((await run("ungranted")).run).toMatchObject({ status: "failed", error: { code: "not_granted" } });
  const { run: done, steps } = await run("sort");
  expect(done).toMatchObject({ status: "completed", output: { team: "sales" } });
  expect(steps[0]).toMatchObject({
    step: "ask",
    input: { prompt: PROMPT, model: "llama3.3:70b" },
    output: {
      object: { team: "sales" },
      by: "model",
      model: "llama3.3:70b",
      usage: { inputTokens: 30, outputTokens: 5 },
      cost: null,
      ms: expect.any(Number),
    },
  });
});

test("an answer that does not fit is kept with what is wrong with it", async () => {
  mock.clearFixtures().onMessage(PROMPT, { content: '{"group":"sales"}' });
  const { run: failed, steps } = await run("sort");
  expect(failed).toMatchObject({ status: "failed", error: { code: "model_answer_invalid" } });
  expect(steps[0]?.error).toMatchObject({ details: { problems: ["team is missing"], text: '{"group":"sales"}' } });
});

test("a step tries again when its provider has room again, and no sooner", async () => {
  mock.clearFixtures().onMessage(PROMPT, { content: '{"team":"sales"}' });
  mock.nextRequestError(429, { message: "slow down" });
  const { run: done, steps } = await run("again");
  expect(done).toMatchObject({ status: "completed" });
  expect(steps.map(({ attempt, status, error }) => [attempt, status, error?.code])).toEqual([
    [1, "failed", "rate_limited"],
    [2, "done", undefined],
  ]);
  const [first, second] = steps.map(({ startedAt }) => Date.parse(startedAt));
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(1_000);
});

test("texts become vectors", async () => {
  mock.clearFixtures().onEmbedding(/./, { embedding: [0.25, -0.5] });
  const { run: done } = await run("vectors");
  expect(done).toMatchObject({
    status: "completed",
    output: {
      vectors: [
        [0.25, -0.5],
        [0.25, -0.5],
      ],
      by: "model",
    },
  });
});

test("no money is spent on what nobody knows the price of, where money is capped", async () => {
  expect((await run("capped")).run).toMatchObject({ status: "failed", error: { code: "price_unknown" } });
});

test("the key is nowhere in the clear, in no encoding: not in the database, what the API shows or the log", async () => {
  mock.clearFixtures().onMessage(PROMPT, { content: `{"team":"${KEY}"}`, id: KEY });
  expect((await run("sort")).run).toMatchObject({ status: "completed", output: { team: "[redacted]" } });
  const forms = [KEY, Buffer.from(KEY).toString("hex"), Buffer.from(KEY).toString("base64").slice(0, -4)];
  const places = [...(await everyRow()), steward.logs.join("\n"), ...(await everything())];
  expect(places.length).toBeGreaterThan(20);
  for (const form of forms)
    expect(places.filter((text) => text.includes(form)).map((text) => text.slice(0, 200))).toEqual([]);
});

/** Each table as text, its bytes as hexadecimal. */
async function everyRow(): Promise<string[]> {
  const { rows } = await steward.db.admin.query<{ name: string }>({
    text: "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('steward', 'identity')",
  });
  const texts: string[] = [];
  for (const { name } of rows) {
    const found = await steward.db.admin.query<{ text: string }>({ text: `select t::text as text from ${name} t` });
    texts.push(...found.rows.map(({ text }) => text));
  }
  return texts;
}

/** What the API shows of what was done. */
async function everything(): Promise<string[]> {
  const paths = ["/v1/runs", "/v1/connections", "/v1/connections/brain", "/v1/grants", "/v1/audit"];
  const answers = await Promise.all(paths.map((one) => call("GET", one)));
  return answers.map(({ json }) => JSON.stringify(json));
}
