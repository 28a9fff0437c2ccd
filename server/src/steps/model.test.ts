import type { GenerateOutput } from "@steward/sdk";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../core/json.ts";
import type { EffectOutcome, EffectRequest, StepOutcome } from "../core/step-kind.ts";
import { embed } from "./embed.ts";
import { model } from "./model.ts";
import { concludeKind, effectOf, tryKind } from "./try-kind.testsuite.ts";

const ASKED = { connection: "claude", model: "claude-haiku-5-5", prompt: "Say hello." };
const SCHEMA = {
  type: "object",
  properties: { total: { type: "number" } },
  required: ["total"],
  additionalProperties: false,
};
/** The usual step with these fields; undefined leaves one out. */
const given = (input: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries({ ...ASKED, ...input }).filter(([, value]) => value !== undefined));
const request = (input: Record<string, unknown>, scope: JsonObject = {}, more = {}): EffectRequest =>
  effectOf(tryKind(model, given(input), scope, more));

const USAGE = { inputTokens: 120, cachedInputTokens: 0, outputTokens: 30, reasoningTokens: 0 };
const ABOUT: Omit<GenerateOutput, "text"> = {
  finish: "stop",
  ignored: [],
  model: "claude-haiku-5-5",
  by: "model",
  usage: USAGE,
  cost: { amount: 0.00027, currency: "USD" },
  ms: 812,
  id: "msg_1",
};
const said = (text: string): EffectOutcome => ({ kind: "done", result: { text, ...ABOUT } });

/** What the step makes of an outcome, knowing what was performed. */
function conclude(input: Record<string, unknown>, outcome: EffectOutcome, effect?: EffectRequest): StepOutcome {
  const checked = model.schema.parse(given(input));
  return (model.conclude as (input: unknown, outcome: EffectOutcome, effect?: EffectRequest) => StepOutcome)(
    checked,
    outcome,
    effect,
  );
}

describe("the call", () => {
  test("says what is asked of whom, and may be sent again", () => {
    expect(request({ instructions: "Be short.", temperature: 0.2 })).toEqual({
      action: "model.generate",
      arguments: {
        model: "claude-haiku-5-5",
        messages: [
          { role: "system", text: "Be short." },
          { role: "user", text: "Say hello." },
        ],
        schema: null,
        maxOutputTokens: 4_000,
        temperature: 0.2,
      },
      class: "read",
      credential: null,
      connection: "claude",
      repeat: "safe",
      timeoutMs: 300_000,
    });
    expect(request({}, {}, { timeoutMs: 9_000 }).timeoutMs).toBe(9_000);
  });

  test("takes a conversation in place of a prompt, from fields of the run", () => {
    const trigger = {
      body: {
        history: [
          { role: "user", text: "Hi" },
          { role: "assistant", text: "Hello {{ 1 + 1 }}" },
        ],
      },
    };
    const { messages } = request({ prompt: undefined, messages: "{{ trigger.body.history }}" }, { trigger }).arguments;
    expect(messages).toEqual(trigger.body.history);
  });

  test("gives the schema to the provider, or in words to the model", () => {
    expect(request({ schema: SCHEMA }).arguments).toMatchObject({ schema: SCHEMA, messages: [{ role: "user" }] });
    const told = request({ schema: SCHEMA, schemaBy: "prompt", instructions: "Be short." }).arguments;
    expect(told).toMatchObject({ schema: null, messages: [{ role: "system" }, { role: "system" }, { role: "user" }] });
    expect(JSON.stringify(told["messages"])).toContain("JSON Schema");
  });

  test.each([
    [{ prompt: undefined }, "prompt: give either a prompt or messages"],
    [{ messages: [{ role: "user", text: "x" }] }, "prompt: give either a prompt or messages"],
    [{ prompt: "{{ trigger.none }}" }, "prompt: "],
    [{ prompt: undefined, messages: [{ role: "tool", text: "x" }] }, "messages.0.role: use system, user or assistant"],
    [{ prompt: undefined, messages: [{ role: "user", text: { url: "file:///etc/passwd" } }] }, "messages.0.text: "],
    [{ model: "two words" }, "model: "],
    [{ connection: "A B" }, "connection: "],
    [{ maxOutputTokens: 5 }, "maxOutputTokens: "],
    [{ repairs: 4 }, "repairs: "],
    [{ temperature: 3 }, "temperature: "],
    [{ schema: { properties: { a: { pattern: "(a+)+" } } } }, "input.schema.properties.a: pattern is not checked here"],
    [
      { fallbacks: [{ connection: "claude", model: "claude-haiku-5-5" }] },
      "fallbacks: name each connection and model once",
    ],
    [
      { instructions: "x".repeat(2_000_000), prompt: "x".repeat(1_800_000) },
      "messages: instructions and messages together are longer",
    ],
    [{ apiKey: "sk-1" }, "Unrecognized key"],
  ])("refuses %j", (input, message) => expect(() => request(input, { trigger: {} })).toThrow(message));

  test("does not ask with a schema of the run's that can't be checked", () => {
    const outcome = tryKind(model, { ...ASKED, schema: "{{ trigger.schema }}" }, { trigger: { schema: { not: {} } } });
    expect(outcome).toMatchObject({ kind: "fail", error: { code: "input_invalid" }, retry: "never" });
  });
});

describe("the answer", () => {
  test("is text, marked as a model's, with what it cost", () => {
    expect(conclude({}, said("Hello!"))).toEqual({ kind: "output", output: { text: "Hello!", ...ABOUT } });
  });

  test("is a value where a schema was given", () => {
    expect(conclude({ schema: SCHEMA }, said('```json\n{"total":7}\n```'))).toEqual({
      kind: "output",
      output: { object: { total: 7 }, ...ABOUT },
    });
  });

  test("that does not fit fails the step with all that came, where it can't be asked again", () => {
    const failed = {
      kind: "fail",
      error: { code: "model_answer_invalid", details: { text: '{"total":"7"}', by: "model", usage: USAGE } },
      retry: "policy",
    };
    expect(conclude({ schema: SCHEMA }, said('{"total":"7"}'))).toMatchObject(failed);
    expect(conclude({ schema: SCHEMA, repairs: 0 }, said('{"total":"7"}'), request({ schema: SCHEMA }))).toMatchObject(
      failed,
    );
  });

  test.each<[EffectOutcome, unknown]>([
    [{ kind: "failed", code: "rate_limited", message: "x", afterMs: 7_000 }, { afterMs: 7_000 }],
    [{ kind: "failed", code: "provider_unavailable", message: "x" }, "policy"],
    [{ kind: "failed", code: "connect", message: "x" }, "policy"],
    [{ kind: "failed", code: "provider_rejected", message: "x" }, "never"],
    [{ kind: "failed", code: "response_too_large", message: "x" }, "never"],
    [{ kind: "refused", code: "budget_exceeded", message: "x" }, "never"],
    [{ kind: "unknown", code: "timeout", message: "x" }, "never"],
  ])("%j fails the step, tried again: %j", (outcome, retry) => {
    expect(conclude({}, outcome)).toEqual({
      kind: "fail",
      error: { code: "code" in outcome && outcome.code, message: "x" },
      retry,
    });
  });
});

describe("asking anew", () => {
  const FALLBACKS = [
    { connection: "openai", model: "gpt-6-luna" },
    { connection: "claude", model: "claude-sonnet-5-5" },
  ];

  test("a model is told what does not fit, as often as the step says, and then the next is asked", () => {
    const input = { schema: SCHEMA, repairs: 2, fallbacks: FALLBACKS.slice(0, 1) };
    const asked: string[] = [];
    let effect = request(input);
    for (;;) {
      const { model: name, messages } = effect.arguments;
      asked.push(`${effect.connection} ${name as string} ${(messages as unknown[]).length}`);
      const next = conclude(input, said("I would rather not."), effect);
      if (next.kind !== "effect") {
        expect(next).toMatchObject({ kind: "fail", error: { code: "model_answer_invalid" } });
        break;
      }
      effect = next.effect;
      expect(effect).toMatchObject({ action: "model.generate", repeat: "safe", timeoutMs: 300_000 });
    }
    expect(asked).toEqual([
      "claude claude-haiku-5-5 1",
      "claude claude-haiku-5-5 3",
      "claude claude-haiku-5-5 5",
      "openai gpt-6-luna 1",
      "openai gpt-6-luna 3",
      "openai gpt-6-luna 5",
    ]);
  });

  test.each(["rate_limited", "provider_unavailable", "connect", "reauth_required", "provider_not_found"])(
    "another model is asked when one fails with %s, from the beginning",
    (code) => {
      const input = { fallbacks: FALLBACKS };
      const first = conclude(input, { kind: "failed", code, message: "x" }, request(input));
      expect(effectOf(first)).toMatchObject({ connection: "openai", arguments: { model: "gpt-6-luna" } });
      const second = conclude(input, { kind: "failed", code, message: "x" }, effectOf(first));
      expect(effectOf(second)).toMatchObject({ connection: "claude", arguments: { model: "claude-sonnet-5-5" } });
      expect(conclude(input, { kind: "failed", code, message: "x" }, effectOf(second))).toMatchObject({ kind: "fail" });
    },
  );

  test.each(["not_granted", "limit_refused", "budget_exceeded", "rate_exceeded", "cancelled", "price_unknown"])(
    "no other model is asked for what may not be done: %s",
    (code) => {
      const input = { fallbacks: FALLBACKS };
      const outcome = conclude(input, { kind: "refused", code, message: "x" }, request(input));
      expect(outcome).toEqual({ kind: "fail", error: { code, message: "x" }, retry: "never" });
    },
  );

  test("another is asked when no answer came in time, and none where the call was stopped here", () => {
    const input = { fallbacks: FALLBACKS };
    for (const code of ["timeout", "reset", "truncated"])
      expect(conclude(input, { kind: "unknown", code, message: "x" }, request(input))).toMatchObject({
        kind: "effect",
      });
    expect(conclude(input, { kind: "unknown", code: "aborted", message: "x" }, request(input))).toMatchObject({
      kind: "fail",
    });
  });

  test("comes to an end, whatever is answered", () => {
    const texts = fc.constantFrom("", "no", '{"total":"7"}');
    const codes = fc.constantFrom("rate_limited", "connect", "reauth_required");
    fc.assert(
      fc.property(
        fc.infiniteStream(
          fc.oneof(
            texts.map(said),
            codes.map((code) => ({ kind: "failed", code, message: "x" }) as const),
          ),
        ),
        fc.nat(3),
        fc.nat(2),
        (outcomes, repairs, count) => {
          const input = { schema: SCHEMA, repairs, fallbacks: FALLBACKS.slice(0, count) };
          let effect = request(input);
          for (let calls = 1; calls <= (repairs + 1) * (count + 1); calls++) {
            const next = conclude(input, outcomes.next().value as EffectOutcome, effect);
            if (next.kind !== "effect") return;
            effect = next.effect;
          }
          throw new Error("it goes on and on");
        },
      ),
    );
  });
});

describe("embed", () => {
  const asked = (input: Record<string, unknown>) =>
    effectOf(tryKind(embed, { connection: "openai", model: "text-embedding-3-small", ...input }));

  test("asks for a vector for each text", () => {
    expect(asked({ texts: "one" })).toEqual({
      action: "model.embed",
      arguments: { model: "text-embedding-3-small", texts: ["one"], dimensions: null },
      class: "read",
      credential: null,
      connection: "openai",
      repeat: "safe",
      timeoutMs: 60_000,
    });
    expect(asked({ texts: ["one", "two"], dimensions: 256 }).arguments).toMatchObject({
      texts: ["one", "two"],
      dimensions: 256,
    });
  });

  test.each([
    [{ texts: "" }],
    [{ texts: [] }],
    [{ texts: ["a", ""] }],
    [{ texts: Array.from({ length: 129 }, () => "x") }],
    [{ texts: { a: 1 } }],
  ])("refuses %j", (input) => expect(() => asked(input)).toThrow(/^texts(?:\.1)?: give a text, or a list/));

  test("gives the vectors in their order, and fails as the provider does", () => {
    const { finish: _finish, ignored: _ignored, ...about } = ABOUT;
    const output = { vectors: [[1, 0]], ...about };
    expect(
      concludeKind(embed, { connection: "openai", model: "e", texts: "one" }, { kind: "done", result: output }),
    ).toEqual({ kind: "output", output });
    const failed = { kind: "failed", code: "rate_limited", message: "x", afterMs: 5 } as const;
    expect(concludeKind(embed, { connection: "openai", model: "e", texts: "one" }, failed)).toMatchObject({
      kind: "fail",
      retry: { afterMs: 5 },
    });
  });
});
