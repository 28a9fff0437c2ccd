/**
 * How many tokens a text can be at most, whatever the model's tokenizer: one for each byte of its UTF-8. Tokenizers that
 * build on bytes (OpenAI's, Anthropic's, Llama's, Mistral's) have no token of less than a byte; those that build on
 * characters fall back to bytes. Some put a text into its compatibility form first, which may be longer: the longer counts.
 */
import type { JsonObject } from "../json.ts";
import type { ModelMessage, ModelTool } from "../ports/models.ts";

/** Marks around a message: role, begin and end, as chat templates have them. */
const MESSAGE_TOKENS = 16;
/** What a provider puts before the whole: its preamble for reasoning, or for a schema given as a tool, is some hundred. */
const CALL_TOKENS = 1_024;
/** A schema is put before the model in another form, as instructions or a grammar. */
const SCHEMA_FACTOR = 3;

/** Of all that is sent to generate from. */
export function inputTokensAtMost(
  messages: readonly ModelMessage[],
  schema: JsonObject | null,
  tools: readonly ModelTool[] = [],
): number {
  const given = [...(schema === null ? [] : [schema]), ...tools];
  const schemas = given.reduce((sum, one) => sum + SCHEMA_FACTOR * textTokensAtMost(JSON.stringify(one)), 0);
  return messages.reduce((sum, message) => sum + messageTokensAtMost(message), CALL_TOKENS + schemas);
}

function messageTokensAtMost(message: ModelMessage): number {
  const text = textTokensAtMost(message.text) + MESSAGE_TOKENS;
  if (message.role === "tool") return text + textTokensAtMost(message.call + message.name);
  const calls = "calls" in message ? message.calls : [];
  return calls.reduce(
    (sum, { id, name, arguments: given }) => sum + textTokensAtMost(id + name + given) + MESSAGE_TOKENS,
    text,
  );
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
