/** Which library speaks to which provider, and what each is told beside the prompt. */
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { EmbeddingModelV4, LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { unreachable } from "../../core/invariant.ts";
import { isStrictSchema } from "../../core/models/strict-schema.ts";
import type { EmbedRequest, GenerateRequest } from "../../core/ports/models.ts";

type Fetch = typeof globalThis.fetch;
type ProviderOptions = NonNullable<LanguageModelV4CallOptions["providerOptions"]>;

/** Stands where the libraries want a key, so that they look for none in the environment. It is never sent. */
const NO_KEY = "none";

/** The library's model; with a fetch that sends through the egress it opens nothing itself. */
export function languageModel(request: GenerateRequest, fetch: Fetch): LanguageModelV4 {
  const settings = { baseURL: request.base, apiKey: NO_KEY, fetch };
  switch (request.api) {
    case "openai":
      return createOpenAI(settings).responses(request.model);
    case "anthropic":
      return createAnthropic(settings).languageModel(request.model);
    case "openrouter":
      return createOpenAICompatible({
        ...settings,
        name: "openrouter",
        supportsStructuredOutputs: true,
        transformRequestBody: (body) => ({ ...body, provider: openrouterRouting(request) }),
      }).languageModel(request.model);
    case "openai_compatible":
      return createOpenAICompatible({ ...settings, name: "compatible", supportsStructuredOutputs: true }).languageModel(
        request.model,
      );
    default:
      return unreachable(request.api);
  }
}

/** Of a provider that has embeddings; null where it has none. */
export function embeddingModel(request: EmbedRequest, fetch: Fetch): EmbeddingModelV4 | null {
  const settings = { baseURL: request.base, apiKey: NO_KEY, fetch };
  switch (request.api) {
    case "openai":
      return createOpenAI(settings).embeddingModel(request.model);
    case "anthropic":
      return null;
    case "openrouter":
    case "openai_compatible":
      return createOpenAICompatible({ ...settings, name: "compatible" }).embeddingModel(request.model);
    default:
      return unreachable(request.api);
  }
}

/**
 * OpenAI keeps what a Responses call generated for 30 days unless `store` is false, and the project's own default of the
 * service tier may cost twice the standard price. Schemas that say less than `strict` wants are refused with it.
 */
export function providerOptions({ api, schema }: GenerateRequest): ProviderOptions {
  const strictJsonSchema = schema !== null && isStrictSchema(schema);
  switch (api) {
    case "openai":
      return { openai: { store: false, serviceTier: "default", strictJsonSchema } };
    case "anthropic":
      return {};
    case "openrouter":
      return { openrouter: { strictJsonSchema } };
    case "openai_compatible":
      return { compatible: { strictJsonSchema } };
    default:
      return unreachable(api);
  }
}

/**
 * To whom OpenRouter may pass the prompt on: to nobody who keeps it to train on, to nobody who would leave out the schema,
 * and to nobody dearer than what was reserved.
 */
function openrouterRouting({ schema, priceMax }: GenerateRequest): Record<string, unknown> {
  return {
    data_collection: "deny",
    ...(schema === null ? {} : { require_parameters: true }),
    ...(priceMax === null ? {} : { max_price: { prompt: priceMax.input, completion: priceMax.output } }),
  };
}
