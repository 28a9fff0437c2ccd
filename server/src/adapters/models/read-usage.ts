/** What a provider counted, and what it says that it charged. Nobody is charged by what can't be. */
import type { LanguageModelV4Usage } from "@ai-sdk/provider";
import { z } from "zod";
import type { TokenUsage } from "../../core/ports/models.ts";

/** No model takes as much. */
const TOKENS_MAX = 1_000_000_000;
/** No call costs as much. */
const COST_MAX = 1_000_000;

export function readUsage({ inputTokens, outputTokens, raw }: LanguageModelV4Usage): TokenUsage | null {
  return readCounts({
    input: inputTokens.total ?? 0,
    cachedInput: inputTokens.cacheRead ?? 0,
    // OpenRouter names it where the library does not look.
    cacheWrite: inputTokens.cacheWrite ?? Details.parse(raw).prompt_tokens_details.cache_write_tokens,
    output: outputTokens.total ?? Number.NaN,
    reasoning: outputTokens.reasoning ?? 0,
  });
}

/** The counts as they are; null where they can't be: an input without tokens, parts of more than the whole. */
export function readCounts(usage: TokenUsage): TokenUsage | null {
  const plain = Object.values(usage).every((count) => Number.isInteger(count) && count >= 0 && count <= TOKENS_MAX);
  if (!plain || usage.input === 0) return null;
  return usage.cachedInput + usage.cacheWrite > usage.input || usage.reasoning > usage.output ? null : usage;
}

/** What OpenRouter says it charged, in USD, with what a provider charges by whose key of yours it went; null where nothing is said. */
export function readCost(usage: unknown): number | null {
  const { cost, is_byok: byOwnKey, cost_details: details } = Details.parse(usage);
  return cost === null ? null : cost + (byOwnKey ? details.upstream_inference_cost : 0);
}

const Count = z.number().catch(0);
const Amount = z.number().min(0).max(COST_MAX);

const Details = z
  .object({
    cost: Amount.nullable().catch(null),
    is_byok: z.boolean().catch(false),
    cost_details: z.object({ upstream_inference_cost: Amount.catch(0) }).catch({ upstream_inference_cost: 0 }),
    prompt_tokens_details: z.object({ cache_write_tokens: Count }).catch({ cache_write_tokens: 0 }),
  })
  .catch({
    cost: null,
    is_byok: false,
    cost_details: { upstream_inference_cost: 0 },
    prompt_tokens_details: { cache_write_tokens: 0 },
  });
