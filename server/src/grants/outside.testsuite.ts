import type { Connector } from "@steward/sdk";
import { knownActions } from "../core/actions/known-actions.ts";
import { createCalendars } from "../core/budget/calendars.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import { createPolicies } from "../gate/policy.ts";
import { readPolicy } from "../store/policy.ts";
import type { Endings } from "../core/ports/endings.ts";
import type { PolicyWords } from "../core/ports/policy-words.ts";
import type { GrantsOutside } from "./grant-parts.ts";

interface Ground {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: (message: string, error?: unknown) => void;
  readonly endings: Endings;
  readonly words: PolicyWords;
}

/** What the verbs around grants need of the rest, for tests: these connectors, and a policy that is read anew each time. */
export function testGrants(
  { database, clock, log, endings, words }: Ground,
  connectors: readonly Connector[],
): GrantsOutside {
  return {
    actionsIn: () => Promise.resolve(knownActions(connectors)),
    policyOf: (project) =>
      createPolicies({ readPolicy: (scope) => readPolicy(database, scope), clock, log }).get(project),
    words,
    endings,
    calendarOf: createCalendars(),
  };
}
