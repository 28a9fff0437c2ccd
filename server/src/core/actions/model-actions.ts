import { MODEL_ACTIONS, type ModelOffer, modelActionsOf } from "@steward/sdk";
import type { KnownAction } from "./known-action.ts";

/** What is done with models, whoever offers them: of no connector, for those of several. */
export const KNOWN_MODEL_ACTIONS: readonly KnownAction[] = Object.entries(MODEL_ACTIONS).map(([id, action]) => ({
  id,
  title: action.title,
  connector: null,
  usesCredential: false,
  classes: [action.class],
  destination: action.destination,
  input: action.input,
  classOf: () => action.class,
}));

/** Those that a connection has. */
export function knownModelActionsOf(offer: ModelOffer | undefined): readonly KnownAction[] {
  const offered = new Set(modelActionsOf(offer).map(([id]) => id));
  return KNOWN_MODEL_ACTIONS.filter(({ id }) => offered.has(id));
}
