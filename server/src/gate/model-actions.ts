import type { Actions } from "./action.ts";
import type { CallModelParts } from "./call-model.ts";
import { embed } from "./embed.ts";
import { generate } from "./generate.ts";

/** What is done with models, by the names of the actions. */
export function modelActions(parts: CallModelParts): Actions {
  return { "model.generate": generate(parts), "model.embed": embed(parts) };
}
