import { GenerateInput } from "@steward/sdk";
import { inputTokensAtMost } from "../core/models/token-bound.ts";
import type { Generated } from "../core/ports/models.ts";
import type { ActionPerformer } from "./action.ts";
import { callModel, type CallModelParts, type ModelKind } from "./call-model.ts";

const GENERATE: ModelKind<GenerateInput, Generated> = {
  input: GenerateInput,
  mayBe: () => true,
  tokensAtMost: ({ messages, schema, maxOutputTokens }) => ({
    input: inputTokensAtMost(messages, schema),
    output: maxOutputTokens,
  }),
  ask: (models, { messages, schema, maxOutputTokens, temperature }, place, price) =>
    models.generate({
      ...place,
      messages,
      schema,
      maxOutputTokens,
      temperature,
      priceMax: price?.currency === "USD" ? { input: String(price.input), output: String(price.output) } : null,
    }),
  own: ({ text, finish, ignored }) => ({ text, finish, ignored }),
  facts: ({ messages, maxOutputTokens }) => ({ messages: messages.length, maxOutputTokens }),
};

/** The action `model.generate`: a model writes text. */
export function generate(parts: CallModelParts): ActionPerformer {
  return callModel(parts, GENERATE);
}
