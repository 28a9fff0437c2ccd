import type { KnownActions } from "../core/actions/known-actions.ts";
import type { StandingCaps } from "../core/budget/find-caps.ts";
import type { Calendar } from "../core/policy/caps.ts";
import type { Policy } from "../core/policy/policy.ts";
import type { PeopleParts } from "../people/people-parts.ts";
import type { Permissions } from "../people/permissions-of.ts";
import type { Scope } from "../store/scope.ts";
import type { Endings } from "../core/ports/endings.ts";
import type { PolicyWords } from "../core/ports/policy-words.ts";

/** What the verbs around grants, limits and budgets work with; the HTTP surface has all of it. */
export interface GrantParts extends Pick<PeopleParts, "database" | "dispatch" | "clock" | "ids" | "denials"> {
  readonly grants: GrantsOutside;
}

/** What is in force in a project, as the gate decides by it. */
export interface PolicyInForce {
  readonly policy: Policy;
  readonly caps: StandingCaps;
  /** Of the project's zone. */
  readonly calendar: Calendar;
}

/** What lies outside of these verbs and is not theirs. */
export interface GrantsOutside {
  /** What there can be grants for in a project, which may have imported some; with null in any. It asks the store. */
  actionsIn(project: Scope | null): Promise<KnownActions>;
  readonly words: PolicyWords;
  /** What rests on a grant ends with it. */
  readonly endings: Endings;
  /** As the gate has it, read now. */
  policyOf(project: Scope): Promise<PolicyInForce>;
  /** By time zone. */
  readonly calendarOf: (timeZone: string) => Calendar;
}

/** The same for one call, once it is known which actions there are. */
export interface KnowingParts extends GrantParts {
  readonly actions: KnownActions;
}

/** To be asked before a transaction begins, for it reads beside it. */
export async function knowing<Parts extends { readonly grants: Pick<GrantsOutside, "actionsIn"> }>(
  parts: Parts,
  project: Scope | null,
): Promise<Parts & Pick<KnowingParts, "actions">> {
  return { ...parts, actions: await parts.grants.actionsIn(project) };
}

/** Who acts in a project, as the call's principal says it. */
export interface GrantCaller {
  readonly scope: Scope;
  /** As the audit names them. */
  readonly shownId: string;
  /** Null for a service account. */
  readonly account: string | null;
  readonly permissions: Permissions;
}
