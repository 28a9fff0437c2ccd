import type { Connector } from "./ActionsWanted.tsx";

/**
 * The scopes that consent for the chosen actions and triggers asks for, in the order in which the connector names them:
 * theirs, and those that belong to no action, by which it is told whose account it is. None where nothing is chosen.
 */
export function scopesNeeded(
  { actions, triggers, scopes }: Pick<Connector, "scopes"> & Record<"actions" | "triggers", readonly Offer[]>,
  chosen: readonly string[],
): readonly { readonly scope: string; readonly means: string }[] {
  if (chosen.length === 0) return [];
  const offers = [...actions, ...triggers];
  const ofSome = new Set(offers.flatMap((offer) => offer.scopes));
  const wanted = new Set(offers.filter(({ id }) => chosen.includes(id)).flatMap((offer) => offer.scopes));
  return Object.entries(scopes).flatMap(([scope, means]) =>
    wanted.has(scope) || !ofSome.has(scope) ? [{ scope, means }] : [],
  );
}

/** The actions and triggers that need some of these scopes, and no other: what they were asked for. */
export function offersWithin(
  { actions, triggers }: Readonly<Record<"actions" | "triggers", readonly Offer[]>>,
  asked: readonly string[],
): readonly string[] {
  const within = new Set(asked);
  return [...actions, ...triggers]
    .filter(({ scopes }) => scopes.length > 0 && scopes.every((scope) => within.has(scope)))
    .map(({ id }) => id);
}

interface Offer {
  readonly id: string;
  readonly scopes: readonly string[];
}
