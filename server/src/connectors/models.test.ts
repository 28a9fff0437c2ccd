import { MODEL_ACTIONS } from "@steward/sdk";
import { expect, test } from "vitest";
import { z } from "zod";
import { CONNECTORS } from "./catalogue.ts";
import { answer } from "./drive.testsuite.ts";
import { modelFailure } from "./model-failure.ts";

const OFFERS = CONNECTORS.filter(({ models }) => models !== undefined);

test("models are offered by four connectors, each by a key of one's own", () => {
  expect(OFFERS.map(({ id, models }) => [id, models?.api])).toEqual(
    ["openai", "anthropic", "openrouter", "openai_compatible"].map((id) => [id, id]),
  );
  for (const { authentication, actions, category } of OFFERS) {
    expect(authentication[0]?.kind).toBe("api_key");
    expect([Object.keys(actions), category]).toEqual([[], "models"]);
  }
});

test("only a connection's own address stands for one that nobody can reach", () => {
  for (const { id, base, ownAddress } of CONNECTORS) {
    expect([id, new URL(base).hostname.endsWith(".invalid")]).toEqual([id, ownAddress === true]);
  }
});

test.each(Object.entries(MODEL_ACTIONS))("%s has fields that are described, and a sample that fits", (_id, action) => {
  const schema = z.toJSONSchema(action.input, { io: "input" }) as {
    properties: Record<string, { description?: string }>;
    additionalProperties?: boolean;
  };
  expect(schema.additionalProperties).toBe(false);
  for (const { description } of Object.values(schema.properties)) expect(description).toMatch(/\S/);
  expect(action.input.parse(action.sample.input)).toEqual(action.sample.input);
  expect(action.output.parse(action.sample.output)).toEqual(action.sample.output);
});

test("a key without money left is no matter of waiting, though its status is 429", () => {
  const error = { message: "You exceeded your current quota.", type: "insufficient_quota", code: "insufficient_quota" };
  expect(modelFailure(answer({ error }, 429))).toEqual({
    kind: "rejected",
    message: "You exceeded your current quota.",
  });
  expect(
    modelFailure(answer({ error: { message: "Slow down.", type: "tokens" } }, 429, { "retry-after": "3" })),
  ).toEqual({
    kind: "rate_limited",
    message: "Slow down.",
    retryAfterMs: 3_000,
  });
});

test.each([
  [{ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, 529, "unavailable"],
  [{ type: "error", error: { type: "authentication_error", message: "invalid x-api-key" } }, 401, "reauth_required"],
  [{ error: { code: 402, message: "Insufficient credits" } }, 402, "rejected"],
  [{ error: { code: 404, message: "No endpoints found" } }, 404, "not_found"],
  [{ error: { message: "context_length_exceeded", code: "context_length_exceeded" } }, 400, "rejected"],
])("%j of status %i means %s", (body, status, kind) => {
  expect(modelFailure(answer(body, status))).toEqual({ kind, message: body.error.message });
});
