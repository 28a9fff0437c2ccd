import { EmbedInput } from "@steward/sdk";
import { embedTokensAtMost } from "../core/models/token-bound.ts";
import type { Embedded } from "../core/ports/models.ts";
import type { ActionPerformer } from "./action.ts";
import { callModel, type CallModelParts, type ModelKind } from "./call-model.ts";

const EMBED: ModelKind<EmbedInput, Embedded> = {
  input: EmbedInput,
  mayBe: ({ embeds }) => embeds,
  tokensAtMost: ({ texts }) => ({ input: embedTokensAtMost(texts), output: 0 }),
  ask: (models, { texts, dimensions }, place) => models.embed({ ...place, texts, dimensions }),
  own: ({ vectors }) => ({ vectors }),
  facts: ({ texts }) => ({ texts: texts.length }),
};

/** The action `model.embed`: a model turns texts into vectors. */
export function embed(parts: CallModelParts): ActionPerformer {
  return callModel(parts, EMBED);
}
