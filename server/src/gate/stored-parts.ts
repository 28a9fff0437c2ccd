import { showId } from "../core/id.ts";
import type { Database } from "../core/ports/database.ts";
import { readCounters } from "../store/caps.ts";
import { gatherConnections } from "../store/connection-lookups.ts";
import { clearConnectionError, findOwnConnections } from "../store/connections.ts";
import { findCredential } from "../store/credentials.ts";
import { findGivenApproval } from "../store/given-approval.ts";
import { isKnownDestination, noteDestination } from "../store/known-destinations.ts";
import { readChangedPolicy } from "../store/policy.ts";
import type { GateParts } from "./gate-parts.ts";
import { inScope } from "../store/scope.ts";
import { createPolicies, type PolicyParts } from "./policy.ts";

export type StoredParts = Pick<
  GateParts,
  "findCredential" | "connections" | "policies" | "readCounter" | "destinations" | "findApproval"
>;

/** What of the gate's parts is in the database. */
export function storedParts(database: Database, { clock, log }: Pick<PolicyParts, "clock" | "log">): StoredParts {
  return {
    findCredential: (scope, slug) => findCredential(database, scope, slug),
    connections: {
      find: gatherConnections(database),
      findOwn: (scope, account, connector) => findOwnConnections(database, scope, account, connector),
      reached: (scope, id) => clearConnectionError(database, scope, id),
    },
    policies: createPolicies({
      readPolicy: (scope, known) => readChangedPolicy(database, scope, known),
      clock,
      log,
    }),
    readCounter: async (scope, at) => {
      const rows = await inScope(database, scope, (tx) => readCounters(tx, scope.organization, [at]));
      return rows[0] ?? null;
    },
    destinations: {
      isKnown: (scope, digest) => isKnownDestination(database, scope, digest),
      note: (scope, digest, atMs) => noteDestination(database, scope, digest, atMs),
    },
    findApproval: async (scope, id) => {
      const found = await findGivenApproval(database, scope, id);
      return found && { ...found, run: showId("run", found.run) };
    },
  };
}
