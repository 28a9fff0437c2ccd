import {
  MODEL_CHARACTERS_MAX,
  MODEL_MESSAGES_MAX,
  MODEL_OUTPUT_TOKENS_MAX,
  ModelMessage,
  ModelName,
  Slug,
} from "@steward/sdk";
import { z } from "zod";
import type { JsonObject } from "../core/json.ts";
import { describeSchema } from "../core/models/structured-output.ts";
import type { ModelMessage as Message } from "../core/ports/models.ts";
import type { EffectRequest } from "../core/step-kind.ts";
import { anyFields } from "./any-json.ts";

const TEXT_CHARACTERS_MAX = 2_000_000;
const REPAIRS_MAX = 3;
const FALLBACKS_MAX = 3;
/** For the schema in words, and answers that are given back to be mended. */
const ROOM_CHARACTERS = 300_000;
/** OpenAI takes no less. */
const OUTPUT_TOKENS_MIN = 16;

const ConnectionSlug = Slug.describe("The slug of the connection with the model key.");
const Text = z.string({ error: "give text; this field's expression found none" }).max(TEXT_CHARACTERS_MAX);

export const ModelInput = z
  .strictObject({
    connection: ConnectionSlug,
    model: ModelName.describe("The model's name as its provider has it, such as gpt-6-luna or claude-haiku-5-5."),
    instructions: Text.optional().describe("What the model is to do, and how. It comes before everything else."),
    prompt: Text.min(1).optional().describe("What it is to do it with. Give either this or messages."),
    messages: z
      .array(ModelMessage)
      .min(1)
      .max(MODEL_MESSAGES_MAX - 1)
      .optional()
      .describe("A whole conversation, oldest first, in place of a prompt."),
    schema: anyFields()
      .optional()
      .describe(
        "A JSON Schema: the answer is a value that fits it, checked here. Without it the answer is text. Words that need matching with patterns are refused.",
      ),
    schemaBy: z
      .enum(["provider", "prompt"], { error: "use provider or prompt" })
      .default("provider")
      .describe(
        "provider: it is asked to hold to the schema; prompt: the model is told it in words, for those that can't be.",
      ),
    repairs: z
      .int({ error: "give a whole number" })
      .min(0)
      .max(REPAIRS_MAX)
      .default(1)
      .describe("How often a model is asked anew when its answer does not fit the schema. Each is a call that costs."),
    maxOutputTokens: z
      .int({ error: "give a whole number" })
      .min(OUTPUT_TOKENS_MIN)
      .max(MODEL_OUTPUT_TOKENS_MAX)
      .default(4_000)
      .describe("All that may be generated in one call, reasoning included. It is reserved against budgets."),
    temperature: z.number().min(0).max(2).optional().describe("Left out for models that take none."),
    fallbacks: z
      .array(z.strictObject({ connection: ConnectionSlug, model: ModelName.describe("The model to ask instead.") }))
      .max(FALLBACKS_MAX)
      .default([])
      .describe(
        "Whom to ask, in order, when one can't answer: too busy, down, gone, or silent for timeoutMs, which then counts as reserved. Never when it may not be asked.",
      ),
  })
  .refine(({ prompt, messages }) => (prompt === undefined) !== (messages === undefined), {
    error: "give either a prompt or messages",
    path: ["prompt"],
  })
  .refine(
    ({ instructions = "", prompt = "", messages = [] }) => {
      const characters = messages.reduce((sum, { text }) => sum + text.length, instructions.length + prompt.length);
      return characters <= MODEL_CHARACTERS_MAX - ROOM_CHARACTERS;
    },
    {
      error: `instructions and messages together are longer than ${MODEL_CHARACTERS_MAX - ROOM_CHARACTERS} characters`,
      path: ["messages"],
    },
  )
  .refine((input) => new Set(candidatesOf(input).map(nameOf)).size === input.fallbacks.length + 1, {
    error: "name each connection and model once, and none of them is the first",
    path: ["fallbacks"],
  });

export type ModelInput = z.output<typeof ModelInput>;

interface Candidate {
  readonly connection: string;
  readonly model: string;
}

/** Whom a step asks, in order; no two are the same. */
export function candidatesOf({
  connection,
  model,
  fallbacks,
}: Candidate & { readonly fallbacks: readonly Candidate[] }): readonly Candidate[] {
  return [{ connection, model }, ...fallbacks];
}

function nameOf({ connection, model }: Candidate): string {
  return `${connection} ${model}`;
}

/** What a candidate is asked; with other messages than the step's own when it is asked anew. */
export function requestOf(
  input: ModelInput,
  { connection, model }: Candidate,
  timeoutMs: number,
  messages: readonly Message[] = messagesOf(input),
): EffectRequest {
  const asked: JsonObject = {
    model,
    messages: messages.map(({ role, text }) => ({ role, text })),
    schema: input.schemaBy === "provider" ? (input.schema ?? null) : null,
    maxOutputTokens: input.maxOutputTokens,
    temperature: input.temperature ?? null,
  };
  const effect = { action: "model.generate", arguments: asked, class: "read", credential: null, connection } as const;
  return { ...effect, repeat: "safe", timeoutMs };
}

/** The conversation as the step has it: instructions first. */
export function messagesOf({ instructions, prompt, messages, schema, schemaBy }: ModelInput): readonly Message[] {
  const told =
    instructions === undefined || instructions === "" ? [] : [{ role: "system" as const, text: instructions }];
  const form = schema !== undefined && schemaBy === "prompt" ? [describeSchema(schema)] : [];
  return [...told, ...form, ...(messages ?? [{ role: "user" as const, text: prompt ?? "" }])];
}
