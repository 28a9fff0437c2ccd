/** Words of changes wake the triggers that they may let go on: a grant was given, a connection was connected again. */
import type { Clock } from "./core/ports/clock.ts";
import type { Database } from "./core/ports/database.ts";
import type { PolicyPlace, PolicyWords } from "./core/ports/policy-words.ts";
import { wakeEvents } from "./store/event-triggers.ts";
import { queryInScope } from "./store/scope.ts";

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: (message: string, error?: unknown) => void;
}

/** What is missed here, or changes in all of an organization, is seen within five minutes: each is looked at that often. */
export function wakingWords({ database, clock, log }: Parts, words: PolicyWords): PolicyWords {
  const wake = async ({ organization, project }: PolicyPlace): Promise<void> => {
    if (project === null) return;
    try {
      await queryInScope(database, { organization, project }, wakeEvents(project, clock.nowMs()));
    } catch (error) {
      log(`triggers of project ${project} were not woken`, error);
    }
  };
  return {
    async sayChanged(place) {
      await words.sayChanged(place);
      await wake(place);
    },
    async sayRevoked(place, revoked) {
      const stopped = await words.sayRevoked(place, revoked);
      await wake(place);
      return stopped;
    },
  };
}
