/** What a model call costs, in millionths of a currency's unit and never below what it is: each part is rounded up. */
import { toMicro } from "../policy/caps.ts";
import type { TokenUsage } from "../ports/models.ts";
import type { Price } from "./prices.ts";

export interface Cost {
  readonly micro: bigint;
  readonly currency: string;
}

const MILLION = 1_000_000n;

/** The most that so many tokens can cost, whatever of the input is read from a cache or written to one. */
export function costAtMost(price: Price, inputTokens: number, outputTokens: number): Cost {
  const tiers = [price, ...(price.long !== undefined && inputTokens > price.long.tokens ? [price.long] : [])];
  const costs = tiers.map(({ input, cachedInput = input, cacheWrite = input, output }) => {
    const dearest = Math.max(input, cachedInput, cacheWrite);
    // Input is charged in up to three parts, and each is rounded up.
    return costOf(inputTokens, dearest) + 2n + costOf(outputTokens, output);
  });
  return { micro: costs.reduce((most, cost) => (cost > most ? cost : most)), currency: price.currency };
}

/** What the tokens cost that the provider counted. */
export function costOfUsage(price: Price, usage: TokenUsage): Cost {
  const rates = price.long !== undefined && usage.input > price.long.tokens ? price.long : price;
  const { input, cachedInput = input, cacheWrite = input, output } = rates;
  const plain = usage.input - usage.cachedInput - usage.cacheWrite;
  const micro =
    costOf(plain, input) +
    costOf(usage.cachedInput, cachedInput) +
    costOf(usage.cacheWrite, cacheWrite) +
    costOf(usage.output, output);
  return { micro, currency: price.currency };
}

/** What a call did cost: the provider's own word where it gives one in the price's currency, else the tokens' price. */
export function actualCost(price: Price | null, usage: TokenUsage | null, charged: number | null): Cost | null {
  if (charged !== null && (price === null || price.currency === "USD")) {
    return { micro: microOf(charged), currency: "USD" };
  }
  return price !== null && usage !== null ? costOfUsage(price, usage) : null;
}

function costOf(tokens: number, perMillion: number): bigint {
  return (BigInt(tokens) * toMicro(perMillion) + MILLION - 1n) / MILLION;
}

/** Rounded up, apart from what binary fractions add in the twelfth place. */
function microOf(amount: number): bigint {
  return BigInt(Math.ceil(Number((amount * 1e6).toFixed(6))));
}
