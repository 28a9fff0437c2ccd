/**
 * One statement for what many ask at the same moment.
 *
 * G1 A statement is sent after all that it answers was asked, so an answer is never older than its question: nothing is
 *    kept, and what was revoked before a request came is revoked for it.
 * G2 At most `LANES` statements are under way; what is asked meanwhile goes out together with the next.
 * G3 Whoever asks alone waits for nobody but the end of the event loop's turn.
 */
import { AppError } from "../core/errors.ts";

/** Two, so that one that is slow does not hold up all. */
const LANES = 2;
/** Of one statement. */
const LOOKUPS_MAX = 64;
/** As with the callers that wait for a connection (pool.ts). */
const WAITING_MAX = 1000;

interface Asked<K, V> {
  readonly key: K;
  readonly resolve: (value: V) => void;
  readonly reject: (reason: unknown) => void;
}

/** Gives the lookup of one by that of many, whose answers are in the order of the keys. Throws what it throws, and `overloaded`. */
export function gatherLookups<K, V>(find: (keys: readonly K[]) => Promise<readonly V[]>): (key: K) => Promise<V> {
  const waiting: Asked<K, V>[] = [];
  let underWay = 0;
  let called = false;

  const call = (): void => {
    if (called || underWay >= LANES || waiting.length === 0) return;
    called = true;
    setImmediate(send);
  };
  const send = (): void => {
    called = false;
    const batch = waiting.splice(0, LOOKUPS_MAX);
    underWay++;
    find(batch.map(({ key }) => key))
      .then(
        (values) => batch.forEach(({ resolve }, at) => resolve(values[at]!)),
        (error: unknown) => batch.forEach(({ reject }) => reject(error)),
      )
      .finally(() => {
        underWay--;
        call();
      });
    call();
  };
  return (key) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= WAITING_MAX)
        return reject(new AppError("overloaded", `${WAITING_MAX} callers wait to be known.`));
      waiting.push({ key, resolve, reject });
      call();
    });
}
