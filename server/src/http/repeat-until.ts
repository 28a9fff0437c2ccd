import type { Clock } from "../core/ports/clock.ts";

/** Acts again and again, `everyMs` after the end of the last; the returned function ends that and waits for what is under way. */
export function repeatUntil(
  clock: Clock,
  everyMs: number,
  act: () => Promise<unknown>,
  failed: (error: unknown) => void,
): () => Promise<void> {
  let ended = false;
  let underWay: Promise<void> | null = null;
  let cancel: (() => void) | null = null;
  const turn = async (): Promise<void> => {
    try {
      await act();
    } catch (error) {
      failed(error);
    }
    begin();
  };
  const begin = (): void => {
    if (ended) return;
    cancel = clock.after(everyMs, () => {
      underWay = turn();
    });
  };
  begin();
  return async () => {
    ended = true;
    cancel?.();
    await underWay;
  };
}
