import type { Clock } from "./core/ports/clock.ts";
import type { Log } from "./ground.ts";

/** Does something again and again, never twice at once; what fails is logged and done again. Gives what ends it. */
export function repeat(
  clock: Clock,
  everyMs: number,
  what: string,
  act: () => Promise<unknown>,
  log: Log,
): () => Promise<void> {
  let stopped = false;
  let underWay: Promise<unknown> = Promise.resolve();
  let cancel: (() => void) | null = null;
  const plan = (): void => {
    if (stopped) return;
    cancel = clock.after(everyMs, () => {
      underWay = act()
        .catch((error: unknown) => log(`${what} failed`, error))
        .finally(plan);
    });
  };
  plan();
  return async () => {
    stopped = true;
    cancel?.();
    await underWay;
  };
}
