/**
 * Every item of a list, page after page, for instance `listAll(client.listRuns, { flow: "order" })`.
 *
 * Stops after `itemsMax` items (default 100,000) and when a server repeats a cursor. Errors are those of the list.
 */
export async function* listAll<Args extends { cursor?: string | undefined } | undefined, Item>(
  list: (args: Args) => Promise<{ items: Item[]; next: string | null }>,
  args: NonNullable<NoInfer<Args>>,
  { itemsMax = 100_000 }: { itemsMax?: number } = {},
): AsyncGenerator<Item, void, undefined> {
  let given = 0;
  const seen = new Set<string>();
  for (let at = args; ;) {
    const { items, next } = await list(at);
    for (const item of items) {
      if (given === itemsMax) return;
      given += 1;
      yield item;
    }
    if (next === null || seen.has(next)) return;
    seen.add(next);
    at = { ...at, cursor: next };
  }
}
