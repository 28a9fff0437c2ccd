/**
 * How many tokens a text can be at most, whatever the model's tokenizer: one for each byte of its UTF-8. Tokenizers that
 * build on bytes (OpenAI's, Anthropic's, Llama's, Mistral's) have no token of less than a byte; those that build on
 * characters fall back to bytes. Some put a text into its compatibility form first, which may be longer: the longer counts.
 */
import type { JsonObject } from "../json.ts";
import type { ModelMessage } from "../ports/models.ts";

/** Marks around a message: role, begin and end, as chat templates have them. */
const MESSAGE_TOKENS = 16;
/** What a provider puts before the whole: its preamble for reasoning, or for a schema given as a tool, is some hundred. */
const CALL_TOKENS = 1_024;
/** A schema is put before the model in another form, as instructions or a grammar. */
const SCHEMA_FACTOR = 3;

/** Of all that is sent to generate from. */
export function inputTokensAtMost(messages: readonly ModelMessage[], schema: JsonObject | null): number {
  const schemaTokens = schema === null ? 0 : SCHEMA_FACTOR * textTokensAtMost(JSON.stringify(schema));
  return messages.reduce((sum, { text }) => sum + textTokensAtMost(text) + MESSAGE_TOKENS, CALL_TOKENS + schemaTokens);
}

/** Of texts to embed: each has a mark at its beginning and its end. */
export function embedTokensAtMost(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + textTokensAtMost(text) + 2, 0);
}

function textTokensAtMost(text: string): number {
  const plain = byteLength(text);
  // ASCII has no other form.
  return plain === text.length ? plain : Math.max(plain, byteLength(text.normalize("NFKC")));
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}
