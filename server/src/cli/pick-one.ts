import { CliError } from "./terminal/cli-error.ts";
import { EXIT } from "./terminal/exit-codes.ts";

/** The one that was meant by `named`. Throws `not_found`, and `usage` with the ids when several are called so. */
export function pickOne<Item extends { readonly id: string }>(
  found: readonly Item[],
  what: string,
  named: string,
  next: string,
): Item {
  const [one, ...others] = found;
  if (one === undefined) throw new CliError(EXIT.refused, "not_found", `there is no ${what} ${named}`, next);
  if (others.length === 0) return one;
  const ids = found.map(({ id }) => id).join(", ");
  throw new CliError(EXIT.usage, "usage", `several are called ${named}`, `give the ${what}'s id: ${ids}`);
}
