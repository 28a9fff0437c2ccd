import { GenerateInput, TOOL_CALLS_MAX } from "@steward/sdk";
import { inputTokensAtMost } from "../core/models/token-bound.ts";
import type { Generated } from "../core/ports/models.ts";
import type { ActionPerformer } from "./action.ts";
import { callModel, type CallModelParts, type ModelKind } from "./call-model.ts";

const GENERATE: ModelKind<GenerateInput, Generated> = {
  input: GenerateInput,
  mayBe: () => true,
  tokensAtMost: ({ messages, schema, tools = [], maxOutputTokens }) => ({
    input: inputTokensAtMost(messages, schema, tools),
    output: maxOutputTokens,
  }),
  ask: (models, { messages, schema, maxOutputTokens, temperature, tools = [] }, place, price) =>
    models.generate({
      ...place,
      messages,
      tools,
      schema,
      maxOutputTokens,
      temperature,
      priceMax: price?.currency === "USD" ? { input: String(price.input), output: String(price.output) } : null,
    }),
  own: ({ text, finish, ignored, calls }) => ({
    text,
    finish,
    ignored: [...ignored],
    ...(calls.length === 0 ? {} : { calls: calls.slice(0, TOOL_CALLS_MAX).map((one) => ({ ...one })) }),
  }),
  facts: ({ messages, maxOutputTokens, tools = [] }) => ({
    messages: messages.length,
    maxOutputTokens,
    tools: tools.length,
  }),
};

/** The action `model.generate`: a model writes text. */
export function generate(parts: CallModelParts): ActionPerformer {
  return callModel(parts, GENERATE);
}
