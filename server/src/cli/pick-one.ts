import { CliError } from "./terminal/cli-error.ts";
import { EXIT } from "./terminal/exit-codes.ts";

/** How many of one name are told apart before the rest is only counted. */
const TOLD_MAX = 20;

/**
 * The one that was meant by `named`: its id goes before all names. Throws `not_found`, and `usage` when several are called so: with a line for each,
 * its id and what `tell` says of it, for nobody is to lose the one they did not mean.
 */
export function pickOne<Item extends { readonly id: string }>(
  found: readonly Item[],
  what: string,
  named: string,
  next: string,
  tell: (item: Item) => string,
): Item {
  // Somebody may have called one thing by the id of another.
  const exact = found.filter(({ id }) => id === named);
  const [one, ...others] = exact.length > 0 ? exact : found;
  if (one === undefined) throw new CliError(EXIT.refused, "not_found", `there is no ${what} ${named}`, next);
  if (others.length === 0) return one;
  const lines = found.slice(0, TOLD_MAX).map((item) => `${item.id}  ${tell(item)}`);
  const more = found.length - lines.length;
  const message = `${found.length} are called ${named}: nothing was done`;
  const hint = `name the ${what} by its id, one of those above`;
  throw new CliError(EXIT.usage, "usage", message, hint, more === 0 ? lines : [...lines, `and ${more} more`]);
}
