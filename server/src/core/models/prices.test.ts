import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TokenUsage } from "../ports/models.ts";
import { actualCost, costAtMost, costOfUsage } from "./cost.ts";
import { parsePriceFile } from "./price-file.ts";
import { findPrice, priceBook } from "./prices.ts";

const TABLE = priceBook([]);
const usage = (change: Partial<TokenUsage>): TokenUsage => ({
  input: 0,
  cachedInput: 0,
  cacheWrite: 0,
  output: 0,
  reasoning: 0,
  ...change,
});

describe("the table", () => {
  test("has prices that are amounts, cached input no dearer than input, output no cheaper", () => {
    for (const [name, price] of TABLE) {
      for (const { input, cachedInput = input, cacheWrite = input, output } of [price, price.long ?? price]) {
        const amounts = [input, cachedInput, cacheWrite, output];
        const plain = amounts.every((amount) => /^\d+(?:\.\d{1,6})?$/.test(String(amount)));
        const ordered = cachedInput <= input && input <= cacheWrite && (output > input || name.includes("embedding"));
        expect({ name, plain, ordered }).toEqual({ name, plain: true, ordered: true });
      }
      expect({ name, longer: price.long?.input ?? Infinity }).toMatchObject({
        longer: expect.toSatisfy((n) => n > price.input),
      });
    }
  });

  test("knows a dated snapshot by its model, unless it is listed itself", () => {
    expect(findPrice(TABLE, "openai", "gpt-5-mini-2025-08-07")).toBe(findPrice(TABLE, "openai", "gpt-5-mini"));
    expect(findPrice(TABLE, "anthropic", "claude-haiku-4-5-20251001")).toMatchObject({ input: 1, output: 5 });
    expect(findPrice(TABLE, "openai", "gpt-4o-2024-05-13")).toMatchObject({ input: 5, output: 15 });
    expect(findPrice(TABLE, "openrouter", "anthropic/claude-haiku-4.5")).toMatchObject({ input: 1, output: 5 });
    expect(findPrice(TABLE, "openrouter", "openai/gpt-6-luna")).toMatchObject({ input: 0.1, output: 0.5 });
  });

  test.each([
    ["openai", "gpt-7"],
    ["openai", "gpt-5-mini-turbo"],
    ["openai", "claude-haiku-4-5"],
    ["anthropic", "gpt-5"],
    ["openai_compatible", "gpt-5"],
    ["openrouter", "gpt-5"],
    ["openai", "*"],
    ["openai", "__proto__"],
  ] as const)("knows no price of %s's %s", (api, model) => {
    expect(findPrice(TABLE, api, model)).toBe(null);
  });
});

describe("the operator's file", () => {
  const own = (entry: object) => parsePriceFile(JSON.stringify({ prices: [entry] }));

  test("wins over the table, also for what has no price, and for all of an API's models at once", () => {
    const parsed = own({ connector: "openai_compatible", model: "*", input: 0 });
    const euro = own({ connector: "openai", model: "gpt-5", input: 2, output: 9, currency: "EUR" });
    expect(parsed.ok && euro.ok).toBe(true);
    const book = priceBook([...(parsed.ok ? parsed.prices : []), ...(euro.ok ? euro.prices : [])]);
    expect(findPrice(book, "openai_compatible", "llama-3.3-70b")).toEqual({
      currency: "USD",
      asOf: "own",
      input: 0,
      output: 0,
    });
    expect(findPrice(book, "openai", "gpt-5")).toEqual({ currency: "EUR", asOf: "own", input: 2, output: 9 });
    expect(findPrice(book, "openai", "gpt-5-2025-08-07")).toMatchObject({ currency: "EUR" });
    expect(findPrice(book, "openai", "gpt-5-mini")).toMatchObject({ currency: "USD" });
  });

  test.each([
    ["not json", "the text is not JSON"],
    ["{}", "prices: "],
    ['{"prices":[{"connector":"azure","model":"x","input":1}]}', "prices[0].connector: use one of openai, "],
    ['{"prices":[{"connector":"openai","model":"x"}]}', "prices[0].input: "],
    ['{"prices":[{"connector":"openai","model":"x","input":-1}]}', "prices[0].input: "],
    ['{"prices":[{"connector":"openai","model":"x","input":0.0000001}]}', "prices[0].input: use at most six decimals"],
    ['{"prices":[{"connector":"openai","model":"x","input":1,"price":1}]}', "prices[0]: "],
    ['{"prices":[{"connector":"openai","model":"x","input":1,"currency":"euro"}]}', "prices[0].currency: "],
  ])("that says %s is refused with the field", (text, message) => {
    const parsed = parsePriceFile(text);
    expect(parsed.ok ? "" : parsed.message).toContain(message);
  });
});

describe("costs", () => {
  const mini = findPrice(TABLE, "openai", "gpt-5-mini")!;
  const luna = findPrice(TABLE, "openai", "gpt-6-luna")!;

  test("are counted by kind of token, in millionths, each part rounded up", () => {
    expect(costOfUsage(mini, usage({ input: 1_000_000, output: 1_000_000 }))).toEqual({
      micro: 2_250_000n,
      currency: "USD",
    });
    expect(costOfUsage(mini, usage({ input: 1_000_000, cachedInput: 400_000 })).micro).toBe(160_000n);
    expect(costOfUsage(mini, usage({ input: 1, output: 1 })).micro).toBe(3n); // 0.25 and 2 of a millionth
    expect(costOfUsage(luna, usage({ input: 200_000, cacheWrite: 100_000 })).micro).toBe(22_500n);
    expect(costOfUsage(luna, usage({ input: 272_001, output: 100 })).micro).toBe(54_401n + 75n);
    expect(costOfUsage(luna, usage({ input: 272_000, output: 100 })).micro).toBe(27_200n + 50n);
  });

  test("are the provider's own word where it gives one in that currency", () => {
    const used = usage({ input: 1_000, output: 100 });
    expect(actualCost(mini, used, 0.00125)).toEqual({ micro: 1_250n, currency: "USD" });
    expect(actualCost(null, null, 0.000_000_1)).toEqual({ micro: 1n, currency: "USD" });
    expect(actualCost(null, null, 0.29)).toEqual({ micro: 290_000n, currency: "USD" });
    expect(actualCost({ ...mini, currency: "EUR" }, used, 0.00125)).toEqual({ micro: 450n, currency: "EUR" });
    expect(actualCost(mini, used, null)).toEqual({ micro: 450n, currency: "USD" });
    expect(actualCost(null, used, null)).toBe(null);
    expect(actualCost(mini, null, null)).toBe(null);
  });

  test("are never more than the bound, whichever way the tokens within it are charged", () => {
    const prices = [...TABLE.values()];
    const tokens = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(
        fc.constantFrom(...prices),
        tokens,
        tokens,
        tokens,
        tokens,
        fc.nat(5_000),
        (price, a, b, c, output, spare) => {
          const used = usage({ input: a + b + c, cachedInput: a, cacheWrite: b, output });
          const most = costAtMost(price, used.input + spare, output + spare);
          expect(costOfUsage(price, used).micro).toBeLessThanOrEqual(most.micro);
        },
      ),
    );
  });
});
