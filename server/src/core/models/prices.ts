/**
 * What models cost, as their providers' price lists had it on `PRICES_DATE`: the standard tier, worldwide, in USD. Who
 * pays otherwise (a region's surcharge, another tier, a contract) sets STEWARD_MODEL_PRICES.
 */
import type { ModelApi } from "../ports/models.ts";

/** Per million tokens, in units of `currency` with at most six decimals. */
interface Rates {
  readonly input: number;
  /** Read from the provider's cache; `input` where it is left out. */
  readonly cachedInput?: number | undefined;
  /** Written to it, which some providers do by themselves; `input` where it is left out. */
  readonly cacheWrite?: number | undefined;
  readonly output: number;
}

export interface Price extends Rates {
  readonly currency: string;
  /** The day of the table that it is from; `own` for an operator's. */
  readonly asOf: string;
  /** Of a whole request whose input is more than `tokens`. */
  readonly long?: (Rates & { readonly tokens: number }) | undefined;
}

/** By `api` and model, `*` for every model of an API that has no price of its own. */
export type PriceBook = ReadonlyMap<string, Price>;

/**
 * When the table was last looked through. Newer Claude models: excerpts of platform.claude.com. The rest, OpenAI's among
 * them: what others have read on the providers' pages and dated, some of it from spring 2026. Compare it with the pages
 * themselves before much depends on it.
 */
const PRICES_DATE = "2026-11-21";

/** Beyond it the whole request costs twice the input's price and 1.5 times the output's, with OpenAI's of a million tokens. */
const OPENAI_LONG_TOKENS = 272_000;

function usd(input: number, output: number, more: Omit<Price, "input" | "output" | "currency" | "asOf"> = {}): Price {
  return { currency: "USD", asOf: PRICES_DATE, input, output, ...more };
}

/** OpenAI's since GPT-5.6, whose cache is written at 1.25 times the input's price without being asked. */
function gpt6(input: number, cachedInput: number, output: number): Price {
  const cacheWrite = round(input * 1.25);
  const long = {
    tokens: OPENAI_LONG_TOKENS,
    input: round(input * 2),
    cachedInput: round(cachedInput * 2),
    cacheWrite: round(cacheWrite * 2),
    output: round(output * 1.5),
  };
  return usd(input, output, { cachedInput, cacheWrite, long });
}

/** Those before them. */
function gpt54(input: number, cachedInput: number, output: number): Price {
  const long = { tokens: OPENAI_LONG_TOKENS, input: input * 2, cachedInput: cachedInput * 2, output: output * 1.5 };
  return usd(input, output, { cachedInput, long });
}

/** Anthropic's, whose cache is written at 1.25 times the input's price, when it is asked to. */
function claude(input: number, cachedInput: number, output: number): Price {
  return usd(input, output, { cachedInput, cacheWrite: round(input * 1.25) });
}

function round(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}

const OPENAI: Readonly<Record<string, Price>> = {
  "gpt-6.2-astra": gpt6(8, 0.4, 40),
  "gpt-6.2-sol": gpt6(2, 0.1, 10),
  "gpt-6.1-sol": gpt6(2, 0.1, 10),
  "gpt-6-astra": gpt6(10, 1, 50),
  "gpt-6-sol": gpt6(2, 0.2, 10),
  "gpt-6-luna": gpt6(0.1, 0.01, 0.5),
  "gpt-5.6-sol": gpt6(4, 0.4, 20),
  "gpt-5.6-terra": gpt6(2, 0.2, 12),
  "gpt-5.6-luna": gpt6(0.2, 0.02, 1.2),
  "gpt-5.5": gpt54(5, 0.5, 30),
  "gpt-5.4": gpt54(2.5, 0.25, 15),
  "gpt-5.4-mini": usd(0.75, 4.5, { cachedInput: 0.075 }),
  "gpt-5.4-nano": usd(0.2, 1.25, { cachedInput: 0.02 }),
  "gpt-5.2": usd(1.75, 14, { cachedInput: 0.175 }),
  "gpt-5.1": usd(1.25, 10, { cachedInput: 0.125 }),
  "gpt-5": usd(1.25, 10, { cachedInput: 0.125 }),
  "gpt-5-mini": usd(0.25, 2, { cachedInput: 0.025 }),
  "gpt-5-nano": usd(0.05, 0.4, { cachedInput: 0.005 }),
  "gpt-4.1": usd(2, 8, { cachedInput: 0.5 }),
  "gpt-4.1-mini": usd(0.4, 1.6, { cachedInput: 0.1 }),
  "gpt-4.1-nano": usd(0.1, 0.4, { cachedInput: 0.025 }),
  "gpt-4o": usd(2.5, 10, { cachedInput: 1.25 }),
  // Listed nowhere today; kept at what it cost when it was, since as a snapshot it would count as the cheaper gpt-4o.
  "gpt-4o-2024-05-13": usd(5, 15),
  "gpt-4o-mini": usd(0.15, 0.6, { cachedInput: 0.075 }),
  "text-embedding-3-small": usd(0.02, 0),
  "text-embedding-3-large": usd(0.13, 0),
  "text-embedding-ada-002": usd(0.1, 0),
};

const ANTHROPIC: Readonly<Record<string, Price>> = {
  "claude-fable-5-1": claude(10, 0.25, 50),
  "claude-fable-5": claude(10, 1, 50),
  "claude-opus-5-5": claude(4, 0.2, 20),
  "claude-opus-5": claude(5, 0.5, 25),
  "claude-opus-4-8": claude(5, 0.5, 25),
  "claude-opus-4-7": claude(5, 0.5, 25),
  "claude-opus-4-6": claude(5, 0.5, 25),
  "claude-opus-4-5": claude(5, 0.5, 25),
  "claude-sonnet-5-5": claude(2, 0.1, 10),
  "claude-sonnet-5": claude(2, 0.2, 10),
  "claude-sonnet-4-6": claude(3, 0.3, 15),
  "claude-haiku-5-5": {
    ...claude(0.1, 0.01, 0.5),
    long: { tokens: 100_000, input: 0.5, cachedInput: 0.05, cacheWrite: 0.625, output: 2.5 },
  },
  "claude-haiku-4-5": claude(1, 0.1, 5),
};

/** OpenRouter asks what the provider asks (its FAQ), and is told to pass nothing on to a dearer one. */
const OPENROUTER: Readonly<Record<string, Price>> = Object.fromEntries([
  ...Object.entries(OPENAI).map(([model, price]) => [`openai/${model}`, price]),
  ...Object.entries(ANTHROPIC).map(([model, price]) => [`anthropic/${dotted(model)}`, price]),
]);

/** `claude-haiku-4-5` is `anthropic/claude-haiku-4.5` there. */
function dotted(model: string): string {
  return model.replace(/-(\d+)-(\d+)$/, "-$1.$2");
}

function keyOf(api: ModelApi, model: string): string {
  return `${api} ${model}`;
}

const BUILT_IN = new Map<string, Price>(
  Object.entries({ openai: OPENAI, anthropic: ANTHROPIC, openrouter: OPENROUTER }).flatMap(([api, prices]) =>
    Object.entries(prices).map(([model, price]): [string, Price] => [`${api} ${model}`, price]),
  ),
);

/** The price of one model, as an operator's file has it. */
export interface OwnPrice {
  readonly api: ModelApi;
  /** `*`: every model of the API that has no other. */
  readonly model: string;
  readonly price: Price;
}

/** An operator's own prices above the table's. */
export function priceBook(own: readonly OwnPrice[]): PriceBook {
  return new Map([...BUILT_IN, ...own.map(({ api, model, price }): [string, Price] => [keyOf(api, model), price])]);
}

/** A snapshot's date: `gpt-5-2025-08-07`, `claude-haiku-4-5-20251001`. It costs what the model costs, unless it is listed itself. */
const SNAPSHOT = /-(?:\d{4}-\d{2}-\d{2}|\d{8})$/;

/** Null when nobody knows: then it is not called where money is capped. */
export function findPrice(book: PriceBook, api: ModelApi, model: string): Price | null {
  const names = [model, model.replace(SNAPSHOT, ""), "*"];
  for (const name of names) {
    const price = book.get(keyOf(api, name));
    if (price !== undefined) return price;
  }
  return null;
}
