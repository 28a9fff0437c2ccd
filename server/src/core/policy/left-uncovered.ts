/** What a grant covered that nothing covers once it is over. Pure; conditions, rates and approvals are no matter of it. */
import type { GrantForm } from "@steward/sdk";
import type { ActionClass } from "@steward/sdk";
import { covers } from "./compile-grant.ts";

/** A grant by what of it is asked here. */
export type CoveringGrant = Pick<GrantForm, "to" | "until"> & {
  readonly lines: readonly Pick<GrantForm["lines"][number], "actions">[];
};

/** Who would act: a flow or agent (`flow:<slug>`), and of a personal connection its owner too (`acc_…`). */
export interface ActingFlow {
  readonly principal: string;
  readonly owner: string | null;
}

/** Of an action that nobody knows any more, every class. */
export type ClassesOf = (action: string) => readonly ActionClass[];

/** Those of the actions that the grant covered for this flow and none of the others does. */
export function leftUncovered(
  grant: CoveringGrant,
  others: readonly CoveringGrant[],
  {
    who,
    actions,
    classesOf,
    nowMs,
  }: {
    readonly who: ActingFlow;
    readonly actions: readonly string[];
    readonly classesOf: ClassesOf;
    readonly nowMs: number;
  },
): readonly string[] {
  if (!isFor(grant.to, who)) return [];
  const rest = others.filter(({ to, until }) => isFor(to, who) && (until === undefined || Date.parse(until) > nowMs));
  return actions.filter(
    (action) => mayCover(grant, action, classesOf) && !rest.some((other) => mayCover(other, action, classesOf)),
  );
}

/** Whether a grant is for a flow: by its name, with all of the project, or with the member whose connection it acts with. */
export function isFor(to: string, { principal, owner }: ActingFlow): boolean {
  return to === "project" || to === principal || (owner !== null && to === `member:${owner}`);
}

export function mayCover({ lines }: CoveringGrant, action: string, classesOf: ClassesOf): boolean {
  const classes = classesOf(action);
  return lines.some(({ actions }) => actions.some((pattern) => classes.some((one) => covers(pattern, action, one))));
}
