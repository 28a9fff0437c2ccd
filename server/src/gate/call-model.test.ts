import { describe, expect, test } from "vitest";
import { KEY, openCounterpart, usageOf } from "../adapters/models/models.testsuite.ts";
import { anthropic } from "../connectors/anthropic/connector.ts";
import { github } from "../connectors/github/connector.ts";
import { openai } from "../connectors/openai/connector.ts";
import { openaiCompatible } from "../connectors/openai_compatible/connector.ts";
import { openrouter } from "../connectors/openrouter/connector.ts";
import type { JsonObject } from "../core/json.ts";
import { priceBook } from "../core/models/prices.ts";
import type { FreshOptions, NoSecret, ReadySecret } from "../core/ports/connections.ts";
import type { CapReservation, EffectCall, Ended, Intent } from "../core/ports/gate.ts";
import type { EffectRequest } from "../core/step-kind.ts";
import type { ConnectionRow } from "../store/connections.ts";
import { callOf, openGate } from "./gate.testsuite.ts";
import { modelActions } from "./model-actions.ts";
import { uuidOf } from "./policy.testsuite.ts";

const CONNECTORS = new Map([openai, anthropic, openrouter, openaiCompatible, github].map((one) => [one.id, one]));
const MODELS: Readonly<Record<string, string>> = {
  openai: "gpt-6-luna",
  anthropic: "claude-haiku-5-5",
  openrouter: "openai/gpt-6-luna",
  openai_compatible: "llama3.3:70b",
};
const ASKED: JsonObject = {
  messages: [{ role: "user", text: "Say hello to the canary-content-17." }],
  schema: null,
  maxOutputTokens: 200,
  temperature: null,
};
const LINE = { actions: ["model.generate", "model.embed"] };
const DAILY = { ...LINE, money: [{ amount: 1, currency: "USD", per: "day" as const }] };

function connectionOf(connector: string, address: string): ConnectionRow {
  return {
    id: uuidOf("connection", 1),
    slug: "brain",
    connector,
    authentication: "api_key",
    status: "active",
    owner: null,
    flow: null,
    account: null,
    scopes: [],
    hosts: ["127.0.0.1"],
    address,
    client: null,
    secretExpiresAt: null,
    refreshedAt: null,
    generation: 1,
    errorCode: null,
    createdAt: 0,
    createdBy: "acc_1",
    connectedAt: 0,
    usedAt: null,
    secret: null,
  };
}

interface Opened {
  readonly mock: Awaited<ReturnType<typeof openCounterpart>>["mock"];
  readonly logged: readonly string[];
  readonly intents: readonly Intent[];
  /** How the secret was asked for. */
  readonly asked: readonly FreshOptions[];
  readonly perform: (effect?: Partial<EffectRequest>, change?: Partial<EffectCall>) => Promise<Ended>;
}

/** A gate that may use the connection `brain` of a connector, whose provider is aimock. */
async function open(
  connector: string,
  { line = LINE, secret = {} }: { readonly line?: object; readonly secret?: Partial<ReadySecret> | NoSecret } = {},
): Promise<Opened> {
  const { mock, models } = await openCounterpart();
  const address = `${mock.url}${connector === "openrouter" ? "/api/v1" : "/v1"}`;
  const connection = connectionOf(connector, address);
  const asked: FreshOptions[] = [];
  const header =
    connector === "anthropic" ? { name: "x-api-key", value: KEY } : { name: "authorization", value: `Bearer ${KEY}` };
  const ready = {
    kind: "ready",
    mark: "1",
    connector,
    authentication: "api_key",
    header,
    basic: null,
    scopes: [],
    hosts: ["127.0.0.1"],
    address,
    forms: [KEY],
    ...secret,
  } as ReadySecret | NoSecret;
  let ms = 0;
  const parts = {
    models,
    connectors: CONNECTORS,
    prices: priceBook([]),
    clock: { nowMs: () => 1_000, monotonicMs: () => (ms += 40), after: () => () => undefined },
    secrets: {
      async freshSecret(_place: object, options: FreshOptions) {
        asked.push(options);
        return ready;
      },
    },
  };
  const form = { to: "flow:orders", connection: "brain", lines: [line] } as never;
  const { gate, logged } = openGate({
    inForce: { grants: [{ form, connection: connection.id }] },
    connections: { find: async (_scope, slug) => (slug === "brain" ? connection : null), findOwn: async () => [] },
    actions: modelActions(parts),
  });
  const intents: Intent[] = [];
  return {
    mock,
    logged,
    intents,
    asked,
    perform: async (effect = {}, change = {}) => {
      const call = callOf(
        { url: "" },
        {
          action: "model.generate",
          arguments: { model: MODELS[connector] ?? "gpt-6-luna", ...ASKED },
          class: "read",
          connection: "brain",
          ...effect,
        },
        {
          intend: async (intent) => {
            intents.push(intent);
            return { reserved: "granted", cap: null, approved: true };
          },
          ...change,
        },
      );
      return await gate.perform(call);
    },
  };
}

describe.each(["openai", "anthropic", "openrouter", "openai_compatible"] as const)("%s", (connector) => {
  test("gives an answer that is marked as a model's, with its tokens, its cost and how long it took", async () => {
    const { mock, perform, intents } = await open(connector);
    mock.onMessage("hello", { content: "Hello!", id: "answer-1", usage: usageOf(connector) });
    const { outcome, usage, audit } = await perform();
    expect(outcome).toMatchObject({
      kind: "done",
      result: { text: "Hello!", finish: "stop", by: "model", usage: { outputTokens: 30 }, ms: 40, id: "answer-1" },
    });
    expect(usage?.tokens).toBeGreaterThan(30);
    expect(intents[0]?.audit[0]?.facts).toMatchObject({
      effect: "model.generate",
      host: "127.0.0.1",
      messages: 1,
      maxOutputTokens: 200,
    });
    expect(audit[0]?.facts).toMatchObject({
      outcome: "done",
      outputTokens: 30,
      prices: connector === "openai_compatible" ? null : expect.stringMatching(/^2026-/),
    });
    expect(JSON.stringify([intents.map((one) => one.audit), audit])).not.toContain("canary-content-17");
  });

  test("is not asked without a grant for the flow, the model or so long an answer", async () => {
    const line = {
      ...LINE,
      when: [
        { field: "model", in: ["gpt-6-luna"] },
        { field: "maxOutputTokens", max: 100 },
      ],
    };
    const { mock, perform, intents } = await open(connector, { line });
    mock.onMessage("hello", { content: "Hello!" });
    const refused = { kind: "refused", code: "not_granted" };
    expect((await perform()).outcome).toMatchObject(refused);
    expect((await perform({}, { flow: "other" })).outcome).toMatchObject(refused);
    expect((await perform({ connection: "other" })).outcome).toMatchObject({ code: "connection_missing" });
    expect([mock.getRequests(), intents]).toEqual([[], []]);
  });

  test("that echoes the key gets it into nothing, whatever it answers with", async () => {
    const { mock, perform, logged, intents } = await open(connector);
    const encoded = Buffer.from(KEY).toString("base64");
    mock.onMessage("hello", { content: `your key ${KEY}, ${encoded}`, id: KEY, usage: usageOf(connector) });
    const done = await perform();
    mock.clearFixtures();
    mock.onMessage("hello", { error: { message: `bad key ${KEY}`, type: "x" }, status: 400 });
    const failed = await perform();
    expect([done.outcome.kind, failed.outcome.kind]).toEqual(["done", "failed"]);
    const everything = JSON.stringify([done.outcome, done.audit, failed, logged, intents.map((one) => one.audit)]);
    for (const form of [KEY, encoded.slice(4, -4), encodeURIComponent(KEY), Buffer.from(KEY).toString("hex")])
      expect(everything).not.toContain(form);
    expect(everything).toContain("[redacted]");
  });

  test.each<[object, object]>([
    [
      { error: { message: "slow down" }, status: 429, retryAfter: 7 },
      { kind: "failed", code: "rate_limited", afterMs: 7_000 },
    ],
    [
      { error: { message: "down" }, status: 503 },
      { kind: "failed", code: "provider_unavailable" },
    ],
    [
      { error: { message: "busy" }, status: 529 },
      { kind: "failed", code: "provider_unavailable" },
    ],
    [
      { error: { message: "too long" }, status: 400 },
      { kind: "failed", code: "provider_rejected", message: "too long" },
    ],
    [
      { error: { message: "no such model" }, status: 404 },
      { kind: "failed", code: "provider_not_found" },
    ],
  ])("answers %j: nothing is charged", async (answer, expected) => {
    const { mock, perform, asked } = await open(connector, { line: { ...LINE, rate: [{ times: 5, per: "day" }] } });
    mock.onMessage("hello", answer);
    const { outcome, settle, usage } = await perform();
    expect(outcome).toMatchObject(expected);
    expect([settle.map(({ amount }) => amount), usage]).toEqual([[0n], null]);
    expect([mock.getRequests().length, asked.length]).toEqual([1, 1]);
  });

  test("says that the key is dead: its owner is told, and it is not tried again", async () => {
    const { mock, perform, asked } = await open(connector);
    mock.onMessage("hello", { error: { message: "invalid key" }, status: 401 });
    expect((await perform()).outcome).toMatchObject({ kind: "failed", code: "reauth_required" });
    expect(asked.map(({ refused }) => refused)).toEqual([undefined, "1"]);
    expect(mock.getRequests()).toHaveLength(1);
  });

  test("answers garbage: it counts as what was reserved, and is no unknown", async () => {
    const { mock, perform } = await open(connector, { line: { ...LINE, rate: [{ times: 5, per: "day" }] } });
    mock.setChaos({ malformedRate: 1 }).onMessage("hello", { content: "Hello!" });
    const { outcome, settle } = await perform();
    expect(outcome).toMatchObject({ kind: "failed", code: "provider_unreadable" });
    expect(settle).toMatchObject([{ amount: null }]);
  });

  test("hangs or cuts the connection: nobody knows, and it counts as what was reserved", async () => {
    const { mock, perform } = await open(connector, { line: { ...LINE, rate: [{ times: 5, per: "day" }] } });
    mock.setChaos({ latencyMs: 3_000 }).onMessage("hello", { content: "late" });
    const late = await perform({ timeoutMs: 150 });
    expect([late.outcome, late.settle]).toMatchObject([{ kind: "unknown", code: "timeout" }, [{ amount: null }]]);
    mock.setChaos({ disconnectRate: 1 });
    expect((await perform()).outcome).toMatchObject({ kind: "unknown" });
  });
});

describe("money", () => {
  const amounts = (reservations: readonly CapReservation[] | undefined): readonly bigint[] =>
    (reservations ?? []).map(({ amount }) => amount);

  test("is reserved for the most that it can cost, and booked for what it did", async () => {
    const { mock, perform, intents } = await open("anthropic", { line: DAILY });
    mock.onMessage("hello", { content: "Hello!", usage: { input_tokens: 80, output_tokens: 30 } });
    const { outcome, settle, usage } = await perform();
    // 35 bytes with what stands around them (1,075 tokens) at 0.125 a million, written to the cache; 200 at 0.5.
    expect(amounts(intents[0]?.reservations)).toEqual([135n + 2n + 100n]);
    expect(settle).toEqual([{ cap: uuidOf("cap", 0), amount: 8n + 15n }]);
    expect(usage).toEqual({ tokens: 110, micro: 23n, currency: "USD" });
    expect(outcome).toMatchObject({ result: { cost: { amount: 0.000023, currency: "USD" } } });
  });

  test("is what the provider says that it charged, where it says so, and is kept below what was reserved", async () => {
    const { mock, perform } = await open("openrouter", { line: DAILY });
    mock.onMessage("hello", { content: "Hello!", usage: { prompt_tokens: 80, completion_tokens: 30, cost: 0.00002 } });
    const { settle } = await perform();
    expect(settle).toMatchObject([{ amount: 20n }]);
    expect(JSON.stringify(mock.getLastRequest()?.body)).toContain('"max_price":{"prompt":"0.1","completion":"0.5"}');
  });

  test("that nobody knows is not spent where money is capped, and unknown elsewhere", async () => {
    const capped = await open("openai_compatible", { line: DAILY });
    expect((await capped.perform()).outcome).toMatchObject({ kind: "refused", code: "price_unknown" });
    expect(capped.mock.getRequests()).toEqual([]);
    const free = await open("openai_compatible");
    free.mock.onMessage("hello", { content: "Hello!", usage: usageOf("openai_compatible") });
    expect(await free.perform()).toMatchObject({
      outcome: { kind: "done", result: { cost: null } },
      usage: { tokens: 150, micro: null },
    });
  });

  test("counts as reserved where the provider does not say what it used", async () => {
    const { mock, perform } = await open("openai", { line: DAILY });
    mock.onMessage("hello", { content: "Hello!", usage: { input_tokens: 0, output_tokens: 0 } });
    expect(await perform()).toMatchObject({
      outcome: { kind: "done", result: { usage: null, cost: null } },
      settle: [{ amount: null }],
      usage: null,
    });
  });
});

describe("embeddings", () => {
  const embedding = {
    action: "model.embed",
    arguments: { model: "text-embedding-3-small", texts: ["one", "two"], dimensions: null },
  } as const;

  test("come as vectors, priced by their input", async () => {
    const { mock, perform, intents } = await open("openai", { line: DAILY });
    mock.onEmbedding(/./, { embedding: [0.5, -0.5] });
    expect((await perform(embedding)).outcome).toMatchObject({
      kind: "done",
      result: {
        vectors: [
          [0.5, -0.5],
          [0.5, -0.5],
        ],
        by: "model",
        model: "text-embedding-3-small",
      },
    });
    expect(intents[0]?.reservations).toHaveLength(1);
  });

  test("are not asked of whoever has none", async () => {
    const { mock, perform, intents } = await open("anthropic");
    expect((await perform(embedding)).outcome).toMatchObject({ kind: "refused", code: "not_available" });
    expect([mock.getRequests(), intents]).toEqual([[], []]);
  });
});

describe("before anything is sent", () => {
  test.each<[JsonObject, string]>([
    [{ model: "gpt-6-luna" }, "messages: "],
    [
      { ...ASKED, model: "gpt-6-luna", messages: [{ role: "user", text: "x", url: "file:///etc/passwd" }] },
      "messages.0: ",
    ],
    [{ ...ASKED, model: "gpt-6-luna", maxOutputTokens: 1e9 }, "maxOutputTokens: "],
    [{ ...ASKED, model: "gpt-6-luna", store: true }, "Unrecognized key"],
  ])("arguments that are not the action's are refused: %j", async (given, message) => {
    const { perform, intents } = await open("openai");
    expect((await perform({ arguments: given })).outcome).toMatchObject({
      kind: "refused",
      code: "arguments_invalid",
      message: expect.stringContaining(message),
    });
    expect(intents).toEqual([]);
  });

  test("a connection that has no models is refused, and an effect without a connection", async () => {
    const { perform } = await open("github");
    expect((await perform()).outcome).toMatchObject({ kind: "refused", code: "not_available" });
    expect((await perform({ connection: null })).outcome).toMatchObject({
      kind: "refused",
      code: "connection_missing",
    });
  });

  test("a key that can't be had ends it, known not to have happened", async () => {
    const dead = { kind: "refused", code: "reauth_required", message: "connect it again" } as const;
    expect((await (await open("openai", { secret: dead })).perform()).outcome).toEqual(dead);
    const later = { kind: "failed", code: "connection_unavailable", message: "later", retryAfterMs: 500 } as const;
    expect((await (await open("openai", { secret: later })).perform()).outcome).toEqual({
      kind: "failed",
      code: "connection_unavailable",
      message: "later",
      afterMs: 500,
    });
  });

  test("nothing leaves once the run may do no more, nor to a host that the key is not for", async () => {
    const { mock, perform } = await open("openai");
    let asked = 0;
    const ended = await perform({}, { mayProceed: () => ++asked < 3 });
    expect(ended.outcome).toMatchObject({ kind: "refused", code: "cancelled" });
    const elsewhere = await open("openai", { secret: { hosts: ["api.openai.com"] } });
    expect((await elsewhere.perform()).outcome).toMatchObject({ kind: "refused", code: "host_not_allowed" });
    expect([...mock.getRequests(), ...elsewhere.mock.getRequests()]).toEqual([]);
  });
});
