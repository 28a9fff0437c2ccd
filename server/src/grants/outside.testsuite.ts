import type { Connector } from "@steward/sdk";
import { knownActions } from "../core/actions/known-actions.ts";
import { createCalendars } from "../core/budget/calendars.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import { createPolicies } from "../gate/policy.ts";
import { readPolicy } from "../store/policy.ts";
import type { GrantsOutside } from "./grant-parts.ts";
import { nobodyToTell } from "./nobody-to-tell.testsuite.ts";

interface Ground {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: (message: string, error?: unknown) => void;
}

/** What the verbs around grants need of the rest, for tests: these connectors, and a policy that is read anew each time. */
export function testGrants({ database, clock, log }: Ground, connectors: readonly Connector[]): GrantsOutside {
  return {
    actionsIn: () => Promise.resolve(knownActions(connectors)),
    policyOf: (project) =>
      createPolicies({ readPolicy: (scope) => readPolicy(database, scope), clock, log }).get(project),
    words: nobodyToTell(clock),
    calendarOf: createCalendars(),
  };
}
