/** That hooks are heard, and what they refused: written once a second for each trigger, however many deliveries come. */
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import { noteDeliveries } from "../store/event-triggers.ts";
import type { Scope } from "../store/scope.ts";

export interface EventNotes {
  seen(scope: Scope, trigger: string): void;
  refused(scope: Scope, trigger: string): void;
}

interface Noted {
  readonly scope: Scope;
  seenMs: number | null;
  refused: number;
}

const WAIT_MS = 1000;
/** Triggers that have something to be written; what is beyond is not counted. */
const TRIGGERS_MAX = 10_000;

/** What is noted within the last second may be lost with the process: it is for people to see, and nothing rests on it. */
export function createEventNotes(
  database: Database,
  clock: Clock,
  log: (message: string, error?: unknown) => void,
): EventNotes {
  const noted = new Map<string, Noted>();
  const write = (trigger: string): void => {
    const one = noted.get(trigger)!;
    noted.delete(trigger);
    noteDeliveries(database, one.scope, trigger, one).catch((error: unknown) =>
      log(`deliveries of trigger ${trigger} were not noted`, error),
    );
  };
  const of = (scope: Scope, trigger: string): Noted | null => {
    const known = noted.get(trigger);
    if (known !== undefined) return known;
    if (noted.size >= TRIGGERS_MAX) return null;
    const one: Noted = { scope, seenMs: null, refused: 0 };
    noted.set(trigger, one);
    clock.after(WAIT_MS, () => write(trigger));
    return one;
  };
  return {
    seen(scope, trigger) {
      const one = of(scope, trigger);
      if (one !== null) one.seenMs = clock.nowMs();
    },
    refused(scope, trigger) {
      const one = of(scope, trigger);
      if (one !== null) one.refused += 1;
    },
  };
}
