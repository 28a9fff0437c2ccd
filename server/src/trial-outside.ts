/** The gate once more, as it stands, with the proof's counterpart in the place of the network. */
import { createModels } from "./adapters/models/create-models.ts";
import { readPrices } from "./adapters/models/read-prices.ts";
import { openCounterpart } from "./adapters/call-self/open-counterpart.ts";
import type { Built } from "./build.ts";
import type { ConnectionsOutside } from "./connections/connection-parts.ts";
import { buildConnections } from "./connections-outside.ts";
import { disconnect } from "./connections/disconnect.ts";
import type { Connectors } from "./core/ports/connectors.ts";
import type { Entry } from "./build-entry.ts";
import { callConnector } from "./gate/call-connector.ts";
import { sealHeld } from "./gate/connection-secret.ts";
import { createGate } from "./gate/create-gate.ts";
import { modelActions } from "./gate/model-actions.ts";
import type { Ground } from "./ground.ts";
import type { WithTrial } from "./prove/trial.ts";

export function trialOutside(ground: Ground, entry: Entry, built: Built, outside: ConnectionsOutside): WithTrial {
  const { db, clock, ids, log, config, publicUrl } = ground;
  return async (setting, act) => {
    const { connector, names, answer } = setting;
    const counterpart = await openCounterpart(clock, names, answer);
    try {
      const { egress } = counterpart;
      const only: Connectors = {
        find: (_place, id) => Promise.resolve(id === connector.id ? connector : null),
        list: () => Promise.resolve([connector]),
      };
      // The ledger counts what leaves; of this nothing does.
      const tried = { ...ground, egress, ledger: { ...ground.ledger, note: () => undefined } };
      const { connectors, fresh, secrets, revoke } = buildConnections(tried, entry, only, {});
      const gate = createGate({
        ...built.judging,
        egress,
        keysOf: async (scope) => (await built.projects.get(scope)).keys,
        clock,
        actions: {
          ...modelActions({
            models: createModels(egress),
            connectors: new Map([[connector.id, connector]]),
            prices: readPrices(config.modelPrices),
            secrets: fresh,
            clock,
          }),
          "connector.call": callConnector({ connectors, secrets: fresh, egress, clock, log }),
          "connection.revoke": revoke,
        },
        log,
      });
      const parts = {
        database: db.database,
        dispatch: db.dispatch,
        clock,
        ids,
        publicUrl: publicUrl(),
        denials: entry.denials,
        connections: { ...outside, connectors, secrets, revokeSoon: () => undefined },
      };
      return await act({
        gate,
        async seal(scope, connection, tokens) {
          const { keys } = await built.projects.get(scope);
          return sealHeld(keys, connection, { kind: "tokens", ...tokens });
        },
        changed: (scope) => outside.words.sayChanged(scope),
        disconnect: (scope, by, slug) => disconnect(parts, callerOf(scope, by), slug),
        lastByteMs: () => counterpart.lastByteMs(),
        open: () => counterpart.open(),
      });
    } finally {
      await counterpart.close();
    }
  };
}

/** Somebody who may, and is nobody. */
function callerOf(scope: Parameters<typeof disconnect>[1]["scope"], shownId: string): Parameters<typeof disconnect>[1] {
  return { scope, shownId, account: null, session: null, permissions: new Set(["connection.write", "grant.write"]) };
}
