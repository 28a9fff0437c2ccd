import net from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { ModelApi } from "../../core/ports/models.ts";
import { createModels } from "./create-models.ts";
import { APIS, KEY, openCounterpart, openModels, placeAt, usageOf } from "./models.testsuite.ts";

const SCHEMA = {
  type: "object",
  properties: { total: { type: "number" } },
  required: ["total"],
  additionalProperties: false,
} as const;

const closing: net.Server[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((server) => new Promise((done) => server.close(done))));
});

/** A server that answers each request with these bytes and closes; `stay` leaves the connection open. */
async function answering(head: string, body: string, { length = body.length, stay = false } = {}): Promise<string> {
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write(`HTTP/1.1 ${head}\r\ncontent-length: ${length}\r\ncontent-type: application/json\r\n\r\n${body}`);
      if (!stay) socket.end();
    });
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  closing.push(server);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}/v1`;
}

async function ask(api: ModelApi, base: string) {
  const asked = {
    messages: [{ role: "user", text: "hello" }],
    tools: [],
    schema: null,
    maxOutputTokens: 50,
    temperature: null,
    priceMax: null,
  } as const;
  return await openModels().generate({ ...placeAt(api, base), ...asked });
}

/** An answer of OpenAI's Responses API with the text "hi". */
function openaiBody(more: object): string {
  const content = [{ type: "output_text", text: "hi", annotations: [] }];
  const output = [{ type: "message", id: "m", role: "assistant", content }];
  return JSON.stringify({ id: "r", created_at: 1, model: "gpt-4.1-mini", output, ...more });
}

describe.each(APIS)("%s", (api) => {
  test("answers with text, what it used and the model that wrote it", async () => {
    const { mock, generate } = await openCounterpart();
    mock.onMessage("hello", { content: "Hello!", usage: usageOf(api), id: "answer-1" });
    const outcome = await generate(api);
    expect(outcome).toMatchObject({
      kind: "done",
      result: { text: "Hello!", finish: "stop", id: "answer-1", ignored: [], usage: { output: 30, reasoning: 0 } },
    });
    expect(mock.getRequests()).toHaveLength(1);
    expect(outcome.exchange.request).toContain("Say hello.");
    expect(outcome.exchange.response).toContain("Hello!");
    expect(JSON.stringify(outcome)).not.toContain(KEY);
  });

  test("is asked to hold to the schema", async () => {
    const { mock, generate } = await openCounterpart();
    mock.onMessage("hello", { content: '{"total":7}', usage: usageOf(api) });
    const outcome = await generate(api, { schema: SCHEMA });
    expect(outcome).toMatchObject({ kind: "done", result: { text: '{"total":7}' } });
    expect(outcome.exchange.request).toContain('"json_schema"');
    expect(outcome.exchange.request).toContain('"total":{"type":"number"}');
  });

  test("says when the answer was cut off at the limit", async () => {
    const { mock, generate } = await openCounterpart();
    mock.onMessage("hello", { content: "Hel", usage: usageOf(api), finishReason: "length" });
    // aimock gives no reason where OpenAI gives one.
    const cut = { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
    const outcome = api === "openai" ? await ask(api, await answering("200 OK", openaiBody(cut))) : await generate(api);
    expect(outcome).toMatchObject({ kind: "done", result: { finish: "length" } });
  });

  test("declines with 429 and says when to come back", async () => {
    const { mock, generate } = await openCounterpart();
    mock.onMessage("hello", { error: { message: "slow down", type: "rate_limit_error" }, status: 429, retryAfter: 7 });
    const outcome = await generate(api);
    expect(outcome).toMatchObject({ kind: "declined", status: 429, headers: { "retry-after": "7" } });
    expect(outcome).toMatchObject({ body: expect.stringContaining("slow down") });
    expect(mock.getRequests()).toHaveLength(1);
  });

  test.each([400, 401, 403, 404, 500, 503, 529])("declines with %i, after one request", async (status) => {
    const { mock, generate } = await openCounterpart();
    mock.onMessage("hello", { error: { message: "no", type: "some_error" }, status });
    expect(await generate(api)).toMatchObject({ kind: "declined", status });
    expect(mock.getRequests()).toHaveLength(1);
  });

  test("answers garbage with 200, which is done and can't be read", async () => {
    const { mock, generate } = await openCounterpart();
    mock.setChaos({ malformedRate: 1 }).onMessage("hello", { content: "Hello!" });
    const outcome = await generate(api);
    expect(outcome).toMatchObject({ kind: "unreadable", status: 200 });
    for (const body of ["", "null", "[]", "{}", '{"choices":[]}', '{"output":7}', "\u0000", "[".repeat(5000)]) {
      const other = await ask(api, await answering("200 OK", body));
      expect([body.slice(0, 20), other.kind]).toEqual([body.slice(0, 20), "unreadable"]);
      expect(JSON.stringify(other)).not.toContain("Value:");
    }
  });

  test("hangs, and nobody can tell whether it was done", async () => {
    const { mock, generate } = await openCounterpart();
    mock.setChaos({ latencyMs: 3_000 }).onMessage("hello", { content: "late" });
    expect(await generate(api, { timeoutMs: 150 })).toMatchObject({
      kind: "unanswered",
      answer: { kind: "unknown", code: "timeout" },
    });
  });

  test("cuts the connection, before or within its answer", async () => {
    const { mock, generate } = await openCounterpart();
    mock.setChaos({ disconnectRate: 1 }).onMessage("hello", { content: "Hello!" });
    expect(await generate(api)).toMatchObject({ kind: "unanswered", answer: { kind: "unknown" } });
    const within = await ask(api, await answering("200 OK", '{"id":"x"', { length: 500 }));
    expect(within).toMatchObject({ kind: "unanswered", answer: { kind: "unknown", code: "truncated" } });
  });

  test("is stopped in flight by the signal, and not begun once it was", async () => {
    const { mock, generate } = await openCounterpart();
    mock.setChaos({ latencyMs: 3_000 }).onMessage("hello", { content: "late" });
    const controller = new AbortController();
    const asked = generate(api, {
      signal: controller.signal,
      beforeFirstByte: () => (queueMicrotask(() => setTimeout(() => controller.abort(), 50)), true),
    });
    expect(await asked).toMatchObject({ kind: "unanswered", answer: { kind: "unknown", code: "aborted" } });
    const refused = await generate(api, { signal: controller.signal });
    expect(refused).toMatchObject({ kind: "unanswered", answer: { kind: "refused", code: "cancelled" } });
  });

  test("is not asked when the worker may act no more, nor where it may not go", async () => {
    const { mock, generate } = await openCounterpart();
    expect(await generate(api, { beforeFirstByte: () => false })).toMatchObject({ answer: { kind: "refused" } });
    expect(await generate(api, { hosts: ["api.example.com"] })).toMatchObject({
      answer: { kind: "refused", code: "host_not_allowed" },
    });
    expect(mock.getRequests()).toEqual([]);
  });

  test("is not followed anywhere else: a redirect is an answer", async () => {
    const outcome = await ask(api, await answering("307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/", ""));
    expect(outcome).toMatchObject({ kind: "declined", status: 307 });
  });

  test("gets the key in its header and nowhere else, whatever happens", async () => {
    const requests: string[] = [];
    const models = createModels({
      async request({ headers, body, url, secretHeaders }) {
        requests.push(JSON.stringify([url, body, headers.filter(([name]) => !secretHeaders.includes(name))]));
        expect(headers.filter(([, value]) => value.includes(KEY))).toHaveLength(1);
        expect(headers.map(([name]) => name.toLowerCase())).not.toContain(
          api === "anthropic" ? "authorization" : "x-api-key",
        );
        throw new TypeError("a bug of the egress");
      },
    });
    const place = {
      ...placeAt(api, "https://api.example.com/v1"),
      secret: { header: api === "anthropic" ? "x-api-key" : "authorization", value: `Bearer ${KEY}` },
    };
    const tried = models.generate({
      ...place,
      messages: [{ role: "user", text: "hello" }],
      tools: [],
      schema: null,
      maxOutputTokens: 50,
      temperature: null,
      priceMax: null,
    });
    await expect(tried).rejects.toThrow("a bug of the egress");
    expect(requests).toHaveLength(1);
    expect(requests.join()).not.toContain(KEY);
  });
});

test("usage is read as each provider counts it, with what its cache took off", async () => {
  const { mock, generate } = await openCounterpart();
  mock.onMessage("hello", { content: "Hello!", usage: usageOf("openrouter") });
  expect(await generate("openrouter")).toMatchObject({
    result: { usage: { input: 120, cachedInput: 40, cacheWrite: 0, output: 30, reasoning: 0 }, charged: 0.00125 },
  });
  const details = {
    input_tokens_details: { cached_tokens: 40, cache_write_tokens: 60 },
    output_tokens_details: { reasoning_tokens: 20 },
  };
  const read = await ask(
    "openai",
    await answering("200 OK", openaiBody({ usage: { input_tokens: 120, output_tokens: 30, ...details } })),
  );
  expect(read).toMatchObject({
    result: { usage: { input: 120, cachedInput: 40, cacheWrite: 60, output: 30, reasoning: 20 } },
  });
  const claude = JSON.stringify({
    type: "message",
    id: "m",
    model: "claude-haiku-5-5",
    role: "assistant",
    content: [{ type: "text", text: "hi" }],
    stop_reason: "end_turn",
    usage: { input_tokens: 80, output_tokens: 30, cache_read_input_tokens: 40, cache_creation_input_tokens: 10 },
  });
  expect(await ask("anthropic", await answering("200 OK", claude))).toMatchObject({
    result: { text: "hi", usage: { input: 130, cachedInput: 40, cacheWrite: 10, output: 30 } },
  });
  for (const usage of [
    undefined,
    { input_tokens: 0, output_tokens: 0 },
    { input_tokens: 2_000_000_000, output_tokens: 1 },
    { input_tokens: -5, output_tokens: 1 },
    { input_tokens: 1.5, output_tokens: 1 },
    { input_tokens: 5, output_tokens: 1, input_tokens_details: { cached_tokens: 50 } },
  ]) {
    expect(await ask("openai", await answering("200 OK", openaiBody({ usage })))).toMatchObject({
      kind: "done",
      result: { usage: null },
    });
  }
});

test("what OpenRouter charged is its own and that of a provider's key of yours, where it says so and it can be", async () => {
  const body = (usage: object): string =>
    JSON.stringify({
      id: "g",
      model: "m",
      choices: [{ message: { content: "hi" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 9, completion_tokens: 1, ...usage },
    });
  const charged = async (usage: object) =>
    (await ask("openrouter", await answering("200 OK", body(usage)))) as {
      readonly result?: { readonly charged: number | null };
    };
  const upstream = { cost_details: { upstream_inference_cost: 0.02 } };
  expect((await charged({ cost: 0.001, is_byok: true, ...upstream })).result?.charged).toBe(0.021);
  expect((await charged({ cost: 0.001, is_byok: false, ...upstream })).result?.charged).toBe(0.001);
  for (const cost of [undefined, null, -1, 1e12, "1"]) expect((await charged({ cost })).result?.charged).toBe(null);
  const written = { prompt_tokens_details: { cache_write_tokens: 4 } };
  expect(await charged(written)).toMatchObject({ result: { usage: { input: 9, cacheWrite: 4 } } });
});

test("OpenAI's word that it failed, within an answer of 200, is told", async () => {
  const body = JSON.stringify({
    id: "r",
    error: { type: "server_error", message: "The model broke.", code: "server_error" },
    output: [],
  });
  expect(await ask("openai", await answering("200 OK", body))).toMatchObject({
    kind: "unreadable",
    message: "The model broke.",
  });
});

test("an answer beyond 10 MiB is not read to its end", async () => {
  const base = await answering("200 OK", "", { length: 20_000_000, stay: true });
  expect(await ask("openai_compatible", base)).toMatchObject({
    kind: "unanswered",
    answer: { kind: "too_large", status: 200 },
  });
});

test("nothing is stored at OpenAI, and the standard price is asked for", async () => {
  const { mock, generate } = await openCounterpart();
  mock.onMessage("hello", { content: "Hello!" });
  const { exchange } = await generate("openai");
  expect(JSON.parse(exchange.request ?? "")).toMatchObject({ store: false, service_tier: "default" });
});

test("OpenRouter may pass it on to nobody who keeps it, ignores the schema or is dearer than reserved", async () => {
  const { mock, generate } = await openCounterpart();
  mock.onMessage("hello", { content: "{}" });
  const { exchange } = await generate("openrouter", { schema: SCHEMA, priceMax: { input: "0.1", output: "0.5" } });
  expect(JSON.parse(exchange.request ?? "")).toMatchObject({
    provider: { data_collection: "deny", require_parameters: true, max_price: { prompt: "0.1", completion: "0.5" } },
  });
});

test("a parameter that a model does not take is left out, and said", async () => {
  const { mock, generate } = await openCounterpart();
  mock.onMessage("hello", { content: "Hello!" });
  const outcome = await generate("openai", { model: "gpt-5-mini", temperature: 0.5 });
  expect(outcome).toMatchObject({ kind: "done", result: { ignored: ["temperature"] } });
  expect(outcome.exchange.request).not.toContain("temperature");
  const kept = await generate("openai", { temperature: 0.5 });
  expect(JSON.parse(kept.exchange.request ?? "")).toMatchObject({ temperature: 0.5, max_output_tokens: 200 });
});

describe("embeddings", () => {
  test.each(["openai", "openrouter", "openai_compatible"] as const)(
    "of %s come in the order of the texts",
    async (api) => {
      const { mock, embed } = await openCounterpart();
      mock.onEmbedding("one", { embedding: [1, 0] });
      expect(await embed(api)).toMatchObject({
        kind: "done",
        result: {
          vectors: [
            [1, 0],
            [1, 0],
          ],
          model: "text-embedding-3-small",
        },
      });
      const swapped = JSON.stringify({
        model: "e",
        data: [
          { index: 1, embedding: [2, 2] },
          { index: 0, embedding: [1, 1] },
        ],
        usage: { prompt_tokens: 4, total_tokens: 4 },
      });
      const asked = { texts: ["one", "two"], dimensions: 2 };
      const outcome = await openModels().embed({ ...placeAt(api, await answering("200 OK", swapped)), ...asked });
      expect(outcome).toMatchObject({
        result: {
          vectors: [
            [1, 1],
            [2, 2],
          ],
          usage: { input: 4, output: 0 },
        },
      });
      expect(JSON.parse(outcome.exchange.request ?? "")).toMatchObject({ input: ["one", "two"], dimensions: 2 });
    },
  );

  test("that are too few, of several lengths, or twice the same can't be read", async () => {
    const one = { index: 0, embedding: [1, 1] };
    for (const data of [
      [],
      [one],
      [one, { index: 1, embedding: [1] }],
      [one, one],
      [one, { index: 4_000_000_000, embedding: [1, 1] }],
    ]) {
      const base = await answering("200 OK", JSON.stringify({ model: "e", data, usage: { prompt_tokens: 4 } }));
      const outcome = await openModels().embed({ ...placeAt("openai", base), texts: ["one", "two"], dimensions: null });
      expect([data.length, outcome.kind]).toEqual([data.length, "unreadable"]);
    }
  });

  test("are not Anthropic's to give, and nothing is sent", async () => {
    const { mock, embed } = await openCounterpart();
    expect(await embed("anthropic")).toMatchObject({ kind: "invalid", exchange: { request: null } });
    expect(mock.getRequests()).toEqual([]);
  });
});

describe.each(APIS)("tools of %s", (api) => {
  const tools = [
    {
      name: "find_order",
      description: "Looks an order up.",
      parameters: { type: "object", properties: { id: { type: "integer" } }, required: ["id"] },
    },
  ];

  test("are told to the model, and what it asks for comes back unread", async () => {
    const { mock, generate } = await openCounterpart();
    mock.onMessage("hello", { toolCalls: [{ name: "find_order", arguments: '{"id":17}' }], usage: usageOf(api) });
    const outcome = await generate(api, { tools });
    expect(outcome).toMatchObject({
      kind: "done",
      result: {
        finish: "calls",
        calls: [{ name: "find_order", arguments: expect.any(String), id: expect.any(String) }],
      },
    });
    if (outcome.kind !== "done") return;
    expect(JSON.parse(outcome.result.calls[0]!.arguments)).toEqual({ id: 17 });
    expect(outcome.exchange.request).toContain("find_order");
    expect(outcome.exchange.request).toContain("Looks an order up.");
  });

  test("answer in the next question, by the id of each call", async () => {
    const { mock, generate } = await openCounterpart();
    mock.onMessage(/.*/, { content: "It was sent.", usage: usageOf(api) });
    const calls = [
      { id: "call_1", name: "find_order", arguments: '{"id":17}' },
      { id: "call_2", name: "find_order", arguments: "no JSON" },
    ];
    const messages = [
      { role: "user", text: "Where is it?" },
      { role: "assistant", text: "", calls },
      { role: "tool", call: "call_1", name: "find_order", text: '{"state":"sent"}' },
      { role: "tool", call: "call_2", name: "find_order", text: '{"error":{}}' },
    ] as const;
    const outcome = await generate(api, { tools, messages });
    expect(outcome).toMatchObject({ kind: "done", result: { text: "It was sent.", finish: "stop", calls: [] } });
    for (const part of ["call_1", "call_2", "sent"]) expect(outcome.exchange.request).toContain(part);
  });
});
