import type { Endings } from "../core/ports/endings.ts";
import type { Database } from "../core/ports/database.ts";
import { type DueEnding, listDueEndings, putOff } from "../store/endings.ts";
import { beginEnding, type EndingParts } from "./begin-ending.ts";
import { usersOf } from "./list-users.ts";
import { finishEnding, type FinishParts } from "./finish-ending.ts";

export interface EndingsParts extends EndingParts, FinishParts {
  /** The same server as steward_dispatch. */
  readonly dispatch: Database;
  readonly log: (message: string, error?: unknown) => void;
}

export interface RunningEndings extends Endings {
  /** Goes on with what is due; gives how much that was. */
  turn(): Promise<number>;
}

/** Of one turn, or of one organization at once. */
const DUE_MAX = 100;
const ROUNDS_MAX = 100;
/** What could not be done now is looked at again then. */
const AGAIN_MS = 10_000;

export function createEndings(parts: EndingsParts): RunningEndings {
  const { dispatch, clock, log, database } = parts;
  const goOn = async ({ id, organization, project }: DueEnding): Promise<void> => {
    const scope = { organization, project };
    try {
      await finishEnding(parts, scope, id);
    } catch (error) {
      log(`what rested on ending ${id} of project ${project} could not be stopped yet`, error);
      await putOff(database, scope, id, clock.nowMs() + AGAIN_MS);
    }
  };
  const all = async (organization: string | null): Promise<number> => {
    const due = await listDueEndings(dispatch, { byMs: clock.nowMs(), organization, limit: DUE_MAX });
    for (const one of due) await goOn(one);
    return due.length;
  };
  return {
    begin: (tx, scope, ending) => beginEnding(parts, tx, scope, ending),
    usersOf: (scope, connection) => usersOf(parts, scope, connection),
    finish: (scope, id) => finishEnding(parts, scope, id),
    async finishAll(organization) {
      try {
        for (let round = 0; round < ROUNDS_MAX; round++) if ((await all(organization)) < DUE_MAX) return;
      } catch (error) {
        log(`what has ended in organization ${organization} could not be looked at yet`, error);
      }
    },
    turn: () => all(null),
  };
}
