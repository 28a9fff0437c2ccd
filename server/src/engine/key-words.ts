/**
 * How processes hear that keys have changed, and how the one that changes them knows that all the others did: a word is
 * repeated until every process on the list of workers has answered it or is gone from the list.
 */
import { z } from "zod";
import { AppError } from "../core/errors.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { Notifications } from "../core/ports/notifications.ts";
import type { KeyWord } from "../keyring/key-tools.ts";
import { listWorkers } from "../store/workers.ts";

const SAID = "steward_key_said";
const DONE = "steward_key_done";
const AGAIN_MS = 500;
/** A process that is gone is off the list after 15 s (R2). */
const WAIT_MS_MAX = 30_000;

const Said = z.object({
  id: z.string(),
  word: z.union([
    z.object({ masterKey: z.string() }),
    z.object({ organization: z.uuid(), project: z.uuid().optional() }),
  ]),
});
const Done = z.object({ id: z.string(), worker: z.string(), done: z.boolean() });

export interface KeyWordParts {
  readonly notifications: Notifications;
  readonly dispatch: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** This process's own, as on the list of workers now. */
  readonly worker: () => string;
  /** What a word asks of this process; false when it could not be done. */
  readonly act: (word: KeyWord) => Promise<boolean>;
  readonly log: (message: string, error?: unknown) => void;
}

export type EveryoneReloaded = (word: KeyWord) => Promise<void>;

/** Answers the words of others, from when it settles; what it gives says a word and settles when all others have done it. */
export async function createKeyWords(parts: KeyWordParts): Promise<EveryoneReloaded> {
  const { notifications, worker } = parts;
  const waiting = new Map<
    string,
    { readonly answered: Set<string>; readonly refused: Set<string>; wake: () => void }
  >();
  await notifications.listen(SAID, (payload) => void answer(parts, payload));
  await notifications.listen(DONE, (payload) => {
    const { data } = Done.safeParse(JSON.parse(payload));
    const one = data && waiting.get(data.id);
    if (!one) return;
    (data.done ? one.answered : one.refused).add(data.worker);
    one.wake();
  });
  return async (word) => {
    const id = parts.ids.uuid();
    const one = { answered: new Set<string>(), refused: new Set<string>(), wake: (): void => undefined };
    waiting.set(id, one);
    try {
      const ends = parts.clock.monotonicMs() + WAIT_MS_MAX;
      for (;;) {
        const others = (await listWorkers(parts.dispatch)).filter(
          ({ id: each }) => !one.answered.has(each) && each !== worker(),
        );
        if (others.length === 0) return;
        const refused = others.find((each) => one.refused.has(each.id));
        if (refused || parts.clock.monotonicMs() > ends) {
          const why = refused ? "can't load the new keys" : "did not answer";
          throw new AppError(
            "unavailable",
            `the worker ${(refused ?? others[0]!).id} ${why}: nothing was changed for good, try again`,
          );
        }
        notifications.notify(SAID, JSON.stringify({ id, word }));
        const { promise, resolve } = Promise.withResolvers<void>();
        one.wake = resolve;
        const cancel = parts.clock.after(AGAIN_MS, resolve);
        await promise;
        cancel();
      }
    } finally {
      waiting.delete(id);
    }
  };
}

async function answer({ notifications, worker, act, log }: KeyWordParts, payload: string): Promise<void> {
  const { data } = Said.safeParse(JSON.parse(payload));
  if (data === undefined) return; // of a newer Steward beside this one, which will miss our answer and say so
  const { word } = data;
  const asked: KeyWord =
    "masterKey" in word
      ? word
      : word.project === undefined
        ? { organization: word.organization }
        : { ...word, project: word.project };
  const done = await act(asked).catch((error: unknown) => {
    log("keys that another process changed could not be loaded", error);
    return false;
  });
  notifications.notify(DONE, JSON.stringify({ id: data.id, worker: worker(), done }));
}
