/** A list that is read while it grows at the top: what may show at once, what waits for a word. Pure. */

export interface Listed {
  readonly id: string;
}

/**
 * The rows that show and how many wait. Ids sort by time, newest last: what is newer than the oldest row shown and not
 * among them would push rows apart, so it waits; what is older comes below and moves nothing.
 */
export function steadyRows<T extends Listed>(
  items: readonly T[],
  shown: ReadonlySet<string>,
): { rows: T[]; waiting: number } {
  let oldest: string | null = null;
  for (const id of shown) if (oldest === null || id < oldest) oldest = id;
  if (oldest === null) return { rows: [...items], waiting: 0 };
  const end: string = oldest;
  const rows = items.filter(({ id }) => shown.has(id) || id < end);
  return { rows, waiting: items.length - rows.length };
}
