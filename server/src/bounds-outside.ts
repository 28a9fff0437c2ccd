/** What the verbs around grants, budgets and approvals need of the rest, and what they do by themselves. */
import { createApprovalTurns } from "./approvals/approval-turns.ts";
import type { ApprovalParts, ApprovalsOutside } from "./approvals/approval-parts.ts";
import type { Built } from "./build.ts";
import type { Entry } from "./build-entry.ts";
import { CONNECTORS } from "./connectors/catalogue.ts";
import { knownActions } from "./core/actions/known-actions.ts";
import { createCalendars } from "./core/budget/calendars.ts";
import { RUN_CHANNEL } from "./engine/engine-parts.ts";
import { createPolicies } from "./gate/policy.ts";
import type { GrantsOutside } from "./grants/grant-parts.ts";
import { warnBudgets } from "./grants/warn-budgets.ts";
import type { Ground } from "./ground.ts";
import { readPolicy } from "./store/policy.ts";
import { repeat } from "./repeat.ts";

const APPROVALS_MS = 2000;
const BUDGETS_MS = 30_000;

export function boundsOutside(
  { publicUrl, db: { database }, clock, log }: Ground,
  { mail }: Entry,
  { engine, words, endings, connections, approvals }: Built,
): { readonly grants: GrantsOutside; readonly approvals: ApprovalsOutside } {
  const own = knownActions(CONNECTORS);
  return {
    grants: {
      actionsIn: async (project) => (project === null ? own : knownActions(await connections.connectors.list(project))),
      words,
      endings,
      policyOf: (project) =>
        createPolicies({ readPolicy: (scope) => readPolicy(database, scope), clock, log }).get(project),
      calendarOf: createCalendars(),
    },
    approvals: {
      mail,
      publicUrl,
      message: (scope, approval) => approvals.tell(scope, approval),
      wake: (run) => engine.parts.announce(RUN_CHANNEL, [run]),
    },
  };
}

/** People are asked and reminded, approvals expire, and budgets that have passed their mark are told of. Gives what ends it. */
export function boundsTurns({ clock, log }: Ground, parts: ApprovalParts): (() => Promise<void>)[] {
  const approvals = createApprovalTurns({ ...parts, log });
  const budgets = { ...parts, ...parts.approvals, log };
  return [
    repeat(clock, APPROVALS_MS, "attending to approvals", () => approvals.tick(), log),
    repeat(clock, BUDGETS_MS, "telling of budgets", () => warnBudgets(budgets), log),
  ];
}
