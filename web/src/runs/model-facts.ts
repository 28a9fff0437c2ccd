/** What a model's step says of itself in its output. Pure. */

export interface ModelFacts {
  readonly model: string;
  readonly finish: string | null;
  readonly input: number | null;
  readonly cached: number | null;
  readonly output: number | null;
  readonly cost: { readonly amount: number; readonly currency: string } | null;
  readonly ms: number | null;
}

/** Null of what no model wrote. */
export function modelFactsOf(output: unknown): ModelFacts | null {
  if (!isRecord(output) || output["by"] !== "model") return null;
  const { model, finish, usage, cost, ms } = output;
  const counts = isRecord(usage) ? usage : {};
  const { amount, currency } = isRecord(cost) ? cost : {};
  return {
    model: typeof model === "string" ? model : "",
    finish: typeof finish === "string" ? finish : null,
    input: numberOf(counts["inputTokens"]),
    cached: numberOf(counts["cachedInputTokens"]),
    output: numberOf(counts["outputTokens"]),
    cost: typeof amount === "number" && typeof currency === "string" ? { amount, currency } : null,
    ms: numberOf(ms),
  };
}

const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
