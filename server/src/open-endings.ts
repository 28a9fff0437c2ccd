/** How this process ends what rests on a connection, credential, grant or flow that is over. */
import { CONNECTORS } from "./connectors/catalogue.ts";
import { knownActions } from "./core/actions/known-actions.ts";
import type { FinishParts } from "./flows/finish-ending.ts";
import { createEndings, type RunningEndings } from "./flows/create-endings.ts";
import type { Ground } from "./ground.ts";

/** Of a connector that a project has imported; nobody reads its document for that. */
const ANY_CLASS = ["read", "write", "delete"] as const;

export function openEndings(
  { db: { database, dispatch }, keysOf, clock, log }: Ground,
  running: Pick<FinishParts, "engine" | "words" | "changes">,
): RunningEndings {
  const known = knownActions(CONNECTORS);
  return createEndings({
    ...running,
    database,
    dispatch,
    keysOf,
    classesOf: (action) => known.find(action)?.classes ?? ANY_CLASS,
    clock,
    log,
  });
}
