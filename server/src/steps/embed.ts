import { EMBED_TEXTS_MAX, EmbedOutput, ModelName, Slug } from "@steward/sdk";
import { z } from "zod";
import { unreachable } from "../core/invariant.ts";
import type { JsonObject } from "../core/json.ts";
import type { EffectOutcome, StepKind, StepOutcome } from "../core/step-kind.ts";
import { retryOfCall } from "./model-retry.ts";

const TIMEOUT_MS = 60_000;
const TEXT_CHARACTERS_MAX = 100_000;

const ERROR = `give a text, or a list of at most ${EMBED_TEXTS_MAX} texts, none of them empty`;
const Text = z.string({ error: ERROR }).min(1, { error: ERROR }).max(TEXT_CHARACTERS_MAX);

const Input = z.strictObject({
  connection: Slug.describe("The slug of the connection with the model key."),
  model: ModelName.describe("The model's name as its provider has it, such as text-embedding-3-small."),
  texts: z
    .union([Text, z.array(Text).min(1, { error: ERROR }).max(EMBED_TEXTS_MAX)], { error: ERROR })
    .describe(`A text, or a list of at most ${EMBED_TEXTS_MAX}.`),
  dimensions: z
    .int({ error: "give a whole number" })
    .min(1)
    .max(10_000)
    .optional()
    .describe("How long each vector is, where the model lets one choose."),
});
type Input = z.output<typeof Input>;

/** Turns texts into vectors, through the gate. */
export const embed: StepKind<Input, { readonly timeoutMs: number }> = {
  kind: "embed",
  title: "Embed",
  summary:
    "Turns texts into vectors by which they can be compared. The output is { vectors, model, by, usage, cost, ms, id }: a vector for each text, in their order. Its retry policy covers 429, 5xx and lost connections, and Retry-After is honoured.",
  schema: Input,
  example: { connection: "openai", model: "text-embedding-3-small", texts: "{{ trigger.body.text }}" },
  ports: () => ["out"],
  prepare: (step) => ({ timeoutMs: step.timeoutMs ?? TIMEOUT_MS }),
  run({ connection, model, texts, dimensions }, _context, { timeoutMs }) {
    const asked: JsonObject = {
      model,
      texts: typeof texts === "string" ? [texts] : texts,
      dimensions: dimensions ?? null,
    };
    const effect = { action: "model.embed", arguments: asked, class: "read", credential: null, connection } as const;
    return { kind: "effect", effect: { ...effect, repeat: "safe", timeoutMs } };
  },
  conclude: (_input, outcome) => concludeEmbed(outcome),
};

function concludeEmbed(outcome: EffectOutcome): StepOutcome {
  switch (outcome.kind) {
    case "done":
      return { kind: "output", output: { ...EmbedOutput.parse(outcome.result) } };
    case "refused":
    case "failed":
    case "unknown": {
      const { code, message } = outcome;
      return { kind: "fail", error: { code, message }, retry: retryOfCall(outcome) };
    }
    default:
      return unreachable(outcome);
  }
}
