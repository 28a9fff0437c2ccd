/**
 * What models do, whoever offers them: the actions `model.generate` and `model.embed` of every connection whose connector
 * says `models`. Grants name them so, and conditions are written on these fields.
 */
import { z } from "zod";
import type { Action, ModelOffer } from "./connector.ts";

export const MODEL_MESSAGES_MAX = 200;
export const MODEL_OUTPUT_TOKENS_MAX = 200_000;
/** Their vectors fit into an answer of 10 MiB, 3,072 numbers each. */
export const EMBED_TEXTS_MAX = 128;
/** Of a conversation; models of a million tokens take about as much. */
export const MODEL_CHARACTERS_MAX = 4_000_000;

/** As the provider names it: `gpt-6-luna`, `claude-haiku-5-5`, `openai/gpt-6-luna`. */
export const ModelName = z
  .string({ error: "give a model's name, as its provider has it" })
  .min(1)
  .max(200)
  .regex(/^[\x21-\x7e]+$/, "a model's name has no blanks and no letters beyond ASCII");

export const ModelMessage = z.strictObject({
  role: z.enum(["system", "user", "assistant"], { error: "use system, user or assistant" }).describe("Who says it."),
  text: z.string({ error: "give the message's text" }).max(2_000_000).describe("Plain text."),
});

const JsonSchema = z.record(z.string(), z.json());

/** What providers take as the name of a tool. */
export const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/;
export const TOOLS_MAX = 128;
/** In one answer; a model that asks for more is cut off there. */
export const TOOL_CALLS_MAX = 64;

const ToolName = z.string().regex(TOOL_NAME, "a tool's name is 1 to 64 of A-Z, a-z, 0-9, _ and -");

/** A model's wish: `arguments` is JSON as the model wrote it, which may be none. */
export const ToolCall = z.strictObject({
  id: z.string().min(1).max(200),
  name: z.string().max(200),
  arguments: z.string().max(1_000_000),
});

/** A message of a conversation in which tools were asked for. */
export const GenerateMessage = z.union([
  ModelMessage,
  z.strictObject({
    role: z.literal("assistant"),
    text: z.string().max(2_000_000),
    calls: z.array(ToolCall).min(1).max(TOOL_CALLS_MAX),
  }),
  z.strictObject({
    role: z.literal("tool"),
    call: z.string().min(1).max(200).describe("The id of the call that this answers."),
    name: ToolName,
    text: z.string().max(2_000_000),
  }),
]);

export const Tool = z.strictObject({
  name: ToolName,
  description: z.string().max(4_000),
  parameters: JsonSchema.describe("The JSON Schema of its arguments: an object."),
});

/** The arguments of an effect `model.generate`, as grants judge them. */
export const GenerateInput = z
  .strictObject({
    model: ModelName.describe("The model that is asked."),
    messages: z
      .array(GenerateMessage)
      .min(1)
      .max(MODEL_MESSAGES_MAX)
      .describe("The conversation so far, instructions first."),
    schema: JsonSchema.nullable().describe("The JSON Schema that the provider is asked to hold to; null for text."),
    maxOutputTokens: z
      .int()
      .min(1)
      .max(MODEL_OUTPUT_TOKENS_MAX)
      .describe("All that may be generated, reasoning included."),
    temperature: z.number().min(0).max(2).nullable().describe("Null leaves it to the model."),
    tools: z.array(Tool).min(1).max(TOOLS_MAX).optional().describe("What the model may ask for."),
  })
  .refine(({ messages }) => messages.reduce((sum, { text }) => sum + text.length, 0) <= MODEL_CHARACTERS_MAX, {
    error: `the conversation is longer than ${MODEL_CHARACTERS_MAX} characters`,
    path: ["messages"],
  });

/** The arguments of an effect `model.embed`. */
export const EmbedInput = z.strictObject({
  model: ModelName.describe("The model that is asked."),
  texts: z.array(z.string().min(1).max(100_000)).min(1).max(EMBED_TEXTS_MAX).describe("Each is turned into a vector."),
  dimensions: z.int().min(1).max(10_000).nullable().describe("Of each vector; null leaves it to the model."),
});

/** What a call used, by the provider's count. */
export const ModelUsage = z.object({
  inputTokens: z.int(),
  /** Of these: read from the provider's cache. */
  cachedInputTokens: z.int(),
  outputTokens: z.int(),
  /** Of these: not shown. */
  reasoningTokens: z.int(),
});

const answer = {
  /** The model that answered. */
  model: z.string(),
  /** Whoever shows it says so: a model wrote it. */
  by: z.literal("model"),
  usage: ModelUsage.nullable(),
  cost: z.object({ amount: z.number(), currency: z.string() }).nullable(),
  /** From the first byte to the complete answer. */
  ms: z.int(),
  /** The provider's own id of the answer. */
  id: z.string().nullable(),
};

export const GenerateOutput = z.object({
  text: z.string(),
  /** `length`: cut off at the limit; `filtered`: the provider's filter or the model refused to go on. */
  finish: z.enum(["stop", "length", "filtered", "calls", "other"]),
  /** Parameters that this model does not take and that were left out. */
  ignored: z.array(z.string()),
  ...answer,
});

/** Of a call with tools: what the model asks for, in its order. */
export const ToolsOutput = GenerateOutput.extend({ calls: z.array(ToolCall).max(TOOL_CALLS_MAX).default([]) });

export const EmbedOutput = z.object({ vectors: z.array(z.array(z.number())), ...answer });

export type ModelUsage = z.output<typeof ModelUsage>;
export type Tool = z.output<typeof Tool>;
export type ToolCall = z.output<typeof ToolCall>;
export type ToolsOutput = z.output<typeof ToolsOutput>;
export type GenerateMessage = z.output<typeof GenerateMessage>;
export type GenerateInput = z.output<typeof GenerateInput>;
export type GenerateOutput = z.output<typeof GenerateOutput>;
export type EmbedInput = z.output<typeof EmbedInput>;
export type EmbedOutput = z.output<typeof EmbedOutput>;

/** An action that the gate performs itself. */
export type ModelAction = Omit<Action, "perform">;

const USAGE = { inputTokens: 1_240, cachedInputTokens: 0, outputTokens: 86, reasoningTokens: 0 } as const;

/** By the names that grants and steps use. They read: nothing at the provider is changed by them; what they cost is capped. */
export const MODEL_ACTIONS: Readonly<Record<"model.generate" | "model.embed", ModelAction>> = {
  "model.generate": {
    title: "Let a model write",
    summary: "Lets a model write text, or JSON by a schema, from messages.",
    class: "read",
    input: GenerateInput,
    output: GenerateOutput,
    scopes: [],
    repeat: "safe",
    destination: [],
    sample: {
      input: {
        model: "gpt-6-luna",
        messages: [
          { role: "system", text: "Answer in one sentence." },
          { role: "user", text: "Where is my order 17?" },
        ],
        schema: null,
        maxOutputTokens: 500,
        temperature: null,
      },
      output: {
        text: "Order 17 left our house on Monday.",
        finish: "stop",
        ignored: [],
        model: "gpt-6-luna",
        by: "model",
        usage: USAGE,
        cost: { amount: 0.000167, currency: "USD" },
        ms: 812,
        id: "resp_68af4030",
      },
    },
  },
  "model.embed": {
    title: "Turn texts into vectors",
    summary: "Turns texts into vectors by which they can be compared.",
    class: "read",
    input: EmbedInput,
    output: EmbedOutput,
    scopes: [],
    repeat: "safe",
    destination: [],
    sample: {
      input: { model: "text-embedding-3-small", texts: ["Where is my order?"], dimensions: 3 },
      output: {
        vectors: [[0.12, -0.4, 0.91]],
        model: "text-embedding-3-small",
        by: "model",
        usage: { inputTokens: 5, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 },
        cost: { amount: 0.000001, currency: "USD" },
        ms: 140,
        id: null,
      },
    },
  },
};

/** What can be done with a connection whose connector offers models, by the names that grants use; nothing with others. */
export function modelActionsOf(offer: ModelOffer | undefined): readonly (readonly [id: string, action: ModelAction])[] {
  if (offer === undefined) return [];
  return Object.entries(MODEL_ACTIONS).filter(([id]) => id !== "model.embed" || offer.embeds);
}
