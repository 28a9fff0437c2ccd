/**
 * The agent file, format 1: who an agent is, what it is told, with what model and tools, and how far it may go. What it
 * may do with an account is none of the file's: grants say that.
 */
import { z } from "zod";
import { Identifier, PlainText, Slug, Trigger } from "./flow-file.ts";
import { MODEL_OUTPUT_TOKENS_MAX, ModelName } from "./model-actions.ts";

const Text = (max: number): z.ZodString => z.string().max(max);
const JsonSchema = z.record(z.string(), z.json());

/** `gmail.send`, `github.*`, `flow:refund`, `flow:*`, `agent:expert`, `ask`, `wait`. */
export const TOOL_PATTERN =
  /^(?:[a-z][a-z0-9_]{0,30}\.(?:\*|[a-z][A-Za-z0-9_]{0,62})|(?:flow|agent):(?:\*|[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)|ask|wait)$/;

const Model = z.strictObject({
  connection: Slug.describe("The slug of the connection with the model key."),
  model: ModelName.describe("The model's name as its provider has it."),
});

export const AgentFile = z.strictObject({
  format: z.literal(1).describe("Fixes what the fields mean."),
  kind: z.literal("agent").describe("Tells it from a flow file."),
  name: PlainText.min(1).max(200).describe("What people read."),
  role: Text(200).optional().describe("What it is, in a few words: answers refund mails."),
  identity: z
    .strictObject({
      displayName: Text(200).optional().describe("As it signs."),
      title: Text(200).optional().describe("Its title."),
      bio: Text(2_000).optional().describe("Who it is."),
      tone: Text(500).optional().describe("How it writes."),
      responsibilities: z.array(Text(500)).max(30).default([]).describe("What it answers for."),
      signature: Text(1_000).optional().describe("What its letters end with."),
      timeZone: Text(100)
        .optional()
        .describe("For instance Europe/Berlin: with it, it is told when its turn began. Left out, it knows no time."),
    })
    .optional()
    .describe("Whom it speaks as."),
  instructions: Text(100_000).default("").describe("What it is to do, and how."),
  model: Model.extend({
    fallbacks: z.array(Model).max(3).default([]).describe("Whom to ask, in order, when one can't answer."),
    maxOutputTokens: z.int().min(16).max(MODEL_OUTPUT_TOKENS_MAX).default(4_000).describe("Of one answer."),
    temperature: z.number().min(0).max(2).optional().describe("Left out for models that take none."),
  }).describe("Which model, with whose key."),
  tools: z
    .array(z.string().regex(TOOL_PATTERN, "name a tool such as gmail.send, github.*, flow:refund, agent:expert, ask"))
    .max(100)
    .default([])
    .describe("What it may ask for; none unless named. What it may do with them is for grants to say."),
  connections: z
    .record(z.string().regex(/^[a-z][a-z0-9_]{0,30}$/), Slug)
    .default({})
    .describe("By connector: with which connection its actions are done; me is the own one of whom it works for."),
  input: JsonSchema.optional().describe("The JSON Schema of what a turn is given in place of a message, an object."),
  output: JsonSchema.optional().describe("The JSON Schema of its answer; without it the answer is text."),
  limits: z
    .strictObject({
      turns: z.int().min(1).max(50).default(20).describe("How often the model is asked in a turn."),
      calls: z.int().min(0).max(500).default(50).describe("How many calls of tools it may make in a turn."),
      parallel: z.int().min(1).max(20).default(4).describe("How many of them run at once."),
      seconds: z
        .int()
        .min(1)
        .max(2_592_000)
        .default(86_400)
        .describe("How long a turn may take, people's time included."),
    })
    .prefault({})
    .describe("How far one turn may go. What it may cost is for budgets to say."),
  triggers: z.array(Trigger).max(50).default([]).describe("What starts a turn, beside a message."),
  reportsTo: Slug.optional().describe("The agent it works for."),
  tags: z.array(Identifier).max(20).default([]).describe("Words it is found by."),
});

export type AgentFile = z.output<typeof AgentFile>;
export type AgentFileInput = z.input<typeof AgentFile>;
