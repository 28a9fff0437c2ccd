/** Models of providers, as the gate calls them: one request each, its outcome as data. `adapters/models` implements it. */
import type { JsonObject } from "../json.ts";
import type { EgressAnswer, EgressRequest } from "./egress.ts";

/** What a provider's endpoint speaks. */
export type ModelApi = "openai" | "anthropic" | "openrouter" | "openai_compatible";

/** Plain text by whoever says it; nothing in it is fetched, read from a disk or taken for anything but text. */
export interface PlainMessage {
  readonly role: "system" | "user" | "assistant";
  readonly text: string;
}

/** `arguments` is JSON as the model wrote it, which may be none. */
export interface ModelToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** A conversation's message; in one with tools the model's wishes, and what came of each. */
export type ModelMessage =
  | PlainMessage
  | { readonly role: "assistant"; readonly text: string; readonly calls: readonly ModelToolCall[] }
  | { readonly role: "tool"; readonly call: string; readonly name: string; readonly text: string };

export interface ModelTool {
  readonly name: string;
  readonly description: string;
  /** A JSON Schema of an object. */
  readonly parameters: JsonObject;
}

/** Where a request goes and how it is sent. */
interface ModelRequest extends Pick<EgressRequest, "hosts" | "timeoutMs" | "signal"> {
  readonly api: ModelApi;
  /** `https://api.openai.com/v1`; the request goes below it. */
  readonly base: string;
  readonly model: string;
  /** The header with the key, put on as the request leaves; null where a server asks for none. */
  readonly secret: { readonly header: string; readonly value: string } | null;
  /** As those of `EgressRequest`. */
  readonly beforeFirstByte: () => boolean;
  readonly partition: string;
}

export interface GenerateRequest extends ModelRequest {
  readonly messages: readonly ModelMessage[];
  /** What it may ask for; nothing is run by the provider's library. */
  readonly tools: readonly ModelTool[];
  /** A JSON Schema that the provider is asked to hold to; whether it did is for the caller to check. */
  readonly schema: JsonObject | null;
  /** All that is generated, reasoning included. */
  readonly maxOutputTokens: number;
  /** Left out for models that take none. */
  readonly temperature: number | null;
  /** Prices per million tokens in USD that are not to be passed, where the provider chooses among several (OpenRouter). */
  readonly priceMax: { readonly input: string; readonly output: string } | null;
}

export interface EmbedRequest extends ModelRequest {
  readonly texts: readonly string[];
  /** Of each vector; null leaves it to the model. */
  readonly dimensions: number | null;
}

/** As the provider counts them: `input` is all of the input, `output` all of the output. */
export interface TokenUsage {
  readonly input: number;
  /** Of `input`: read from the provider's cache, and written to it. */
  readonly cachedInput: number;
  readonly cacheWrite: number;
  readonly output: number;
  /** Of `output`: not shown. */
  readonly reasoning: number;
}

/** What the provider says beside the answer itself. */
interface ModelAnswer {
  /** The model that answered, by the provider's name for it; null when it does not say. */
  readonly model: string | null;
  /** The provider's own id of this answer. */
  readonly id: string | null;
  /** Null when the provider does not say, or says what can't be. */
  readonly usage: TokenUsage | null;
  /** In USD, as the provider says it charged; null when it does not say. */
  readonly charged: number | null;
}

export interface Generated extends ModelAnswer {
  readonly text: string;
  /** `length`: it was cut off; `filtered`: the provider's filter or the model refused to go on. */
  readonly finish: "stop" | "length" | "filtered" | "calls" | "other";
  readonly calls: readonly ModelToolCall[];
  /** Parameters that this model does not take and that were left out. */
  readonly ignored: readonly string[];
}

export interface Embedded extends ModelAnswer {
  /** One for each text, in their order. */
  readonly vectors: readonly (readonly number[])[];
}

/** What went over the wire, without headers: for the run's sealed record. */
export interface ModelExchange {
  /** The body that was sent; null when it came to none. */
  readonly request: string | null;
  /** The body of a complete answer. */
  readonly response: string | null;
}

/**
 * What became of a request (R5).
 * - `done`: a complete answer that could be read.
 * - `declined`: a complete answer beyond 2xx: nothing was generated.
 * - `unreadable`: a complete answer with 2xx in another form than documented: it was done, and charged perhaps.
 * - `unanswered`: the egress refused it, could not send it, or read no complete answer.
 * - `invalid`: it can't be put into the provider's form; nothing left.
 */
export type ModelOutcome<Result> = { readonly exchange: ModelExchange } & (
  | { readonly kind: "done"; readonly result: Result }
  | {
      readonly kind: "declined";
      readonly status: number;
      /** By name in lower case. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly kind: "unreadable"; readonly status: number; readonly message: string }
  | { readonly kind: "unanswered"; readonly answer: Exclude<EgressAnswer, { readonly kind: "answer" }> }
  | { readonly kind: "invalid"; readonly message: string }
);

/** Each call sends at most one request, never a second time, and rejects only for a bug. No outcome holds the key, unless the answer echoes it. */
export interface Models {
  generate(request: GenerateRequest): Promise<ModelOutcome<Generated>>;
  embed(request: EmbedRequest): Promise<ModelOutcome<Embedded>>;
}
