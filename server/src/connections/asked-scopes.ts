import { type Connector, type Consent, modelActionsOf } from "@steward/sdk";
import { invalid } from "./connection-refusals.ts";
import { meaningOf } from "./show-connection.ts";

type Asks = Consent["asks"];

/**
 * What is to be asked for: what the actions and triggers need (PROMISES C4), what tells whose account it is, and what was
 * granted before; each once, in plain words, with the actions it is for. Throws `value_invalid` for what the connector
 * does not have.
 */
export function askedScopes(
  connector: Connector,
  actions: readonly string[],
  identityScopes: readonly string[],
  before: readonly string[],
): Asks {
  const asked = new Map<string, string[]>();
  const ask = (scope: string, by: readonly string[]): void => {
    const known = asked.get(scope);
    asked.set(scope, known === undefined ? [...by] : [...known, ...by.filter((one) => !known.includes(one))]);
  };
  for (const scope of [...identityScopes, ...before]) ask(scope, []);
  for (const [at, id] of actions.entries()) for (const scope of scopesOf(connector, id, at)) ask(scope, [id]);
  return Array.from(asked, ([scope, by]) => ({ scope, means: meaningOf(connector, scope), for: by }));
}

function scopesOf({ id: own, title, actions, triggers, models }: Connector, id: string, at: number): readonly string[] {
  const ofModel = modelActionsOf(models).find(([name]) => name === id);
  if (ofModel !== undefined) return ofModel[1].scopes;
  const [connector, name = ""] = id.split(".");
  const found = Object.hasOwn(actions, name) ? actions[name] : Object.hasOwn(triggers, name) ? triggers[name] : null;
  if (connector !== own || !found) throw invalid(`actions[${at}]`, `${title} has no action or trigger ${id}`);
  return found.scopes;
}
