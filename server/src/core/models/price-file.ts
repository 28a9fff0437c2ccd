/** An operator's own prices of models, as JSON: STEWARD_MODEL_PRICES names the file. */
import { Amount, Currency } from "@steward/sdk";
import { z } from "zod";
import { fieldPath } from "../field-path.ts";
import { issueText } from "../issue-text.ts";
import { parseJson } from "../parse-json.ts";
import type { OwnPrice } from "./prices.ts";

const PRICES_MAX = 5_000;

const rates = {
  input: Amount,
  cachedInput: Amount.optional(),
  cacheWrite: Amount.optional(),
  output: Amount.default(0),
};

const File = z.strictObject({
  prices: z
    .array(
      z.strictObject({
        connector: z.enum(["openai", "anthropic", "openrouter", "openai_compatible"]),
        model: z.string().min(1).max(200),
        currency: Currency.default("USD"),
        ...rates,
        long: z.strictObject({ tokens: z.int().min(1), ...rates }).optional(),
      }),
    )
    .max(PRICES_MAX),
});

/** The file's prices, or what is wrong with it, naming the field. */
export function parsePriceFile(
  text: string,
): { readonly ok: true; readonly prices: readonly OwnPrice[] } | { readonly ok: false; readonly message: string } {
  const json = parseJson(text);
  if (!json.ok) return json;
  const parsed = File.safeParse(json.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    return { ok: false, message: `${fieldPath(issue.path)}: ${issueText(issue)}` };
  }
  const prices = parsed.data.prices.map(({ connector, model, ...price }): OwnPrice => ({
    api: connector,
    model,
    price: { ...price, asOf: "own" },
  }));
  return { ok: true, prices };
}
