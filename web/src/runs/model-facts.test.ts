import { expect, test } from "vitest";
import { modelFactsOf } from "./model-facts.ts";

test("an output that a model wrote says by which model, how many tokens, what it cost and how long it took", () => {
  const output = {
    text: "Hello",
    by: "model",
    model: "gpt-5",
    finish: "stop",
    usage: { inputTokens: 120, cachedInputTokens: 20, outputTokens: 8, reasoningTokens: null },
    cost: { amount: 0.0012, currency: "USD" },
    ms: 840,
  };
  expect(modelFactsOf(output)).toEqual({
    model: "gpt-5",
    finish: "stop",
    input: 120,
    cached: 20,
    output: 8,
    cost: { amount: 0.0012, currency: "USD" },
    ms: 840,
  });
});

test("what a provider did not say is not known, and what no model wrote has no facts", () => {
  expect(modelFactsOf({ by: "model", usage: null, cost: null })).toMatchObject({ input: null, cost: null, ms: null });
  for (const other of [null, "model", [], {}, { by: "person" }]) expect(modelFactsOf(other)).toBeNull();
});
