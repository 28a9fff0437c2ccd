/** aimock as each provider, and models on the real egress that reach it. */
import { LLMock } from "@copilotkit/aimock";
import { afterEach } from "vitest";
import { parseAllowList } from "../../core/egress/allow-list.ts";
import type { EmbedRequest, GenerateRequest, ModelApi, Models } from "../../core/ports/models.ts";
import { createEgress } from "../egress/create-egress.ts";
import { createModels } from "./create-models.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** Looked for in everything that comes back. */
export const KEY = "sk-canary-Zq7/4+x9vT2mLw8RkBn5";

export const APIS: readonly ModelApi[] = ["openai", "anthropic", "openrouter", "openai_compatible"];

const MODELS: Readonly<Record<ModelApi, string>> = {
  openai: "gpt-4.1-mini",
  anthropic: "claude-haiku-5-5",
  openrouter: "anthropic/claude-haiku-5.5",
  openai_compatible: "llama-3.3-70b",
};

export interface Counterpart {
  readonly mock: LLMock;
  readonly models: Models;
  readonly generate: (api: ModelApi, change?: Partial<GenerateRequest>) => ReturnType<Models["generate"]>;
  readonly embed: (api: ModelApi, change?: Partial<EmbedRequest>) => ReturnType<Models["embed"]>;
}

/** Usage by each provider's own names, as its answers have it: 120 in, 40 of them cached, 30 out. */
export function usageOf(api: ModelApi): Record<string, unknown> {
  switch (api) {
    case "openai":
      return { input_tokens: 120, output_tokens: 30, input_tokens_details: { cached_tokens: 40 } };
    case "anthropic":
      return { input_tokens: 80, output_tokens: 30, cache_read_input_tokens: 40 };
    case "openrouter":
      return { prompt_tokens: 120, completion_tokens: 30, prompt_tokens_details: { cached_tokens: 40 }, cost: 0.00125 };
    case "openai_compatible":
    default:
      return { prompt_tokens: 120, completion_tokens: 30 };
  }
}

export async function openCounterpart(): Promise<Counterpart> {
  const mock = new LLMock({ port: 0 });
  await mock.start();
  closing.push(() => mock.stop());
  const models = openModels();
  const place = (api: ModelApi) => placeAt(api, `${mock.url}${api === "openrouter" ? "/api/v1" : "/v1"}`);
  return {
    mock,
    models,
    generate: (api, change = {}) => models.generate({ ...place(api), ...ASKED, ...change }),
    embed: (api, change = {}) =>
      models.embed({ ...place(api), model: "text-embedding-3-small", ...EMBEDDED, ...change }),
  };
}

/** Models that may reach this machine and nothing else. */
export function openModels(): Models {
  const egress = createEgress({ allow: parseAllowList("127.0.0.0/8"), nowMs: () => 0 });
  closing.push(() => egress.close());
  return createModels(egress);
}

const ASKED = {
  messages: [
    { role: "system", text: "Be short." },
    { role: "user", text: "Say hello." },
  ],
  tools: [],
  schema: null,
  maxOutputTokens: 200,
  temperature: null,
  priceMax: null,
} as const;

const EMBEDDED = { texts: ["one", "two"], dimensions: null } as const;

export function placeAt(api: ModelApi, base: string) {
  return {
    api,
    base,
    hosts: ["127.0.0.1"],
    model: MODELS[api],
    secret:
      api === "anthropic" ? { header: "x-api-key", value: KEY } : { header: "Authorization", value: `Bearer ${KEY}` },
    timeoutMs: 5_000,
    signal: new AbortController().signal,
    beforeFirstByte: () => true,
    partition: "project",
  };
}
