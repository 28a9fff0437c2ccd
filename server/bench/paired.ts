/** What holds on a machine that does other things too: stretches in turn, and the median of what each pair says. */
import { percentile } from "./percentile.ts";

/** `rounds` times one of each, in turn and every other round backwards, so that what comes first gains nothing. */
export async function inTurn<const N extends string, T>(
  rounds: number,
  stretches: Readonly<Record<N, () => Promise<T>>>,
): Promise<readonly Readonly<Record<N, T>>[]> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the record's own names
  const names = Object.keys(stretches) as N[];
  const told: Record<N, T>[] = [];
  for (let round = 0; round < rounds; round++) {
    const results: Partial<Record<N, T>> = {};
    for (const name of round % 2 === 0 ? names : names.toReversed()) results[name] = await stretches[name]();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each name was measured
    told.push(results as Record<N, T>);
  }
  return told;
}

/** The median, of an even number the lower one. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
