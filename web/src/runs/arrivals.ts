/** A list that is read while it grows at the top: what may show at once, what waits for a word. Pure. */

export interface Listed {
  readonly id: string;
}

/**
 * The rows that show and how many wait. Ids sort by time, newest last: what is newer than the oldest row shown and not
 * among them would push rows apart, so it waits; what is older comes below and moves nothing. A row that the arrivals
 * pushed off the last page stays as it was last seen, as long as there are further pages (`more`).
 */
export function steadyRows<T extends Listed>(
  items: readonly T[],
  shown: ReadonlyMap<string, T>,
  more: boolean,
): { rows: T[]; waiting: number } {
  const oldestShown = oldestOf(shown.values());
  if (oldestShown === null) return { rows: [...items], waiting: 0 };
  const rows = items.filter(({ id }) => shown.has(id) || id < oldestShown);
  const waiting = items.length - rows.length;
  const edge = oldestOf(items);
  if (more && waiting > 0 && edge !== null) {
    rows.push(...[...shown.values()].filter(({ id }) => id < edge).slice(0, waiting));
  }
  return { rows, waiting };
}

function oldestOf(items: Iterable<Listed>): string | null {
  let oldest: string | null = null;
  for (const { id } of items) if (oldest === null || id < oldest) oldest = id;
  return oldest;
}
