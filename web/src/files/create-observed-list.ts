/** A list that tells of its changes, as `useSyncExternalStore` reads it. */
export interface ObservedList<Item extends { readonly id: number }> {
  /** The same list until something changes. */
  readonly all: () => readonly Item[];
  readonly replace: (list: readonly Item[]) => void;
  /** Changes what one of them says. */
  readonly set: (id: number, change: Partial<Item>) => void;
  readonly find: (id: number) => Item | undefined;
  /** Never given before. */
  readonly nextId: () => number;
  readonly subscribe: (changed: () => void) => () => void;
}

export function createObservedList<Item extends { readonly id: number }>(): ObservedList<Item> {
  let list: readonly Item[] = [];
  let lastId = 0;
  const listeners = new Set<() => void>();
  const replace = (next: readonly Item[]): void => {
    list = next;
    for (const changed of listeners) changed();
  };
  return {
    all: () => list,
    replace,
    set: (id, change) => replace(list.map((one) => (one.id === id ? { ...one, ...change } : one))),
    find: (id) => list.find((one) => one.id === id),
    nextId: () => (lastId += 1),
    subscribe(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
  };
}
