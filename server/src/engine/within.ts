import type { Clock } from "../core/ports/clock.ts";

/** What the promise settles to, or `late` when that takes longer than `msMax`; it is heard in either case. */
export async function within<T, L>(clock: Clock, promise: Promise<T>, msMax: number, late: L): Promise<T | L> {
  const { promise: over, resolve } = Promise.withResolvers<L>();
  const cancel = clock.after(msMax, () => resolve(late));
  try {
    return await Promise.race([promise, over]);
  } finally {
    cancel();
  }
}
