/** Endings for tests: the real ones, with an engine that seals wishes and leads nothing unless another one is given. */
import { CONNECTORS } from "../connectors/catalogue.ts";
import { knownActions } from "../core/actions/known-actions.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { Ids } from "../core/ports/ids.ts";
import { sealMessage } from "../engine/call-flow.ts";
import { nobodyToTell } from "../grants/nobody-to-tell.testsuite.ts";
import type { Keyring } from "../keyring/keyring.ts";
import { createEndings, type EndingsParts, type RunningEndings } from "./create-endings.ts";

export interface EndingsGround {
  readonly database: Database;
  readonly dispatch?: Database;
  readonly keyring: Pick<Keyring, "project">;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log?: (message: string, error?: unknown) => void;
}

export function testEndings(ground: EndingsGround, more: Partial<EndingsParts> = {}): RunningEndings {
  const { database, dispatch = database, keyring, clock, ids, log = () => undefined } = ground;
  const known = knownActions(CONNECTORS);
  const keysOf: EndingsParts["keysOf"] = ({ organization, project }) => keyring.project(organization, project);
  return createEndings({
    database,
    dispatch,
    clock,
    keysOf,
    classesOf: (action) => known.find(action)?.classes ?? ["read", "write", "delete"],
    engine: {
      async sealCancel(scope, run, by, because) {
        const id = ids.uuid();
        const project = { keys: await keysOf(scope) } as never;
        return { run, id, kind: "cancel", body: sealMessage({ project }, run, id, { kind: "cancel", by, because }) };
      },
      wake: () => undefined,
    },
    words: nobodyToTell(clock),
    changes: { flow: () => undefined },
    log,
    ...more,
  });
}
