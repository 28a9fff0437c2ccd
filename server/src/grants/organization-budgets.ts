/** Budgets of an organization: what all its projects may spend together. */
import type { Budget, ChangeBudget, NewOrganizationBudget } from "@steward/sdk";
import { showId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { act } from "../people/act.ts";
import { cursorOf, type Page } from "../people/page.ts";
import type { Actor, PeopleParts } from "../people/people-parts.ts";
import { type CapRow, changeCap, countBudgets, endCap, insertCap, listCaps } from "../store/caps.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { type BudgetQuery, BUDGETS_MAX, changed, factsOf, lockBudget, newCap } from "./budgets.ts";
import type { GrantParts } from "./grant-parts.ts";
import { noRoom } from "./grant-refusals.ts";
import { showBudgets } from "./show-budget.ts";

type Parts = GrantParts & PeopleParts;

export async function listOrganizationBudgets(
  parts: Parts,
  organization: string,
  query: BudgetQuery,
): Promise<Page<Budget>> {
  const { limit, source = null } = query;
  const after = cursorOf("cap", query);
  return await inScope(parts.database, organizationScope(organization), async (tx) => {
    const rows = await listCaps(tx, organization, { project: null, source, after, limit: limit + 1 });
    const items = await shown(parts, tx, organization, rows.slice(0, limit));
    return { items, next: rows.length > limit ? items.at(-1)!.id : null };
  });
}

export async function setOrganizationBudget(
  parts: Parts,
  actor: Actor,
  organization: string,
  given: NewOrganizationBudget,
): Promise<Budget> {
  const asked = { route: "setOrganizationBudget", needs: "organization_limit.write" } as const;
  const budget = await act(parts, { organization, project: null }, actor, asked, async ({ tx }) => {
    if ((await countBudgets(tx, organization, null)) >= BUDGETS_MAX)
      throw noRoom("budgets of the organization", BUDGETS_MAX);
    const place = { project: null, level: "organization", subject: "", by: actor.shownId } as const;
    const row = newCap(parts, given, place);
    await tx.query(insertCap(organization, row));
    return await written(parts, tx, organization, row, "organization_budget.set");
  });
  await parts.grants.words.sayChanged({ organization, project: null });
  return budget;
}

/** As `changeBudget`. */
export async function changeOrganizationBudget(
  parts: Parts,
  actor: Actor,
  organization: string,
  named: string,
  given: ChangeBudget,
): Promise<Budget> {
  const asked = { route: "changeOrganizationBudget", needs: "organization_limit.write" } as const;
  const budget = await act(parts, { organization, project: null }, actor, asked, async ({ tx, nowMs }) => {
    const row = await lockBudget(tx, organization, null, named);
    const next = changed(row, given, { by: actor.shownId, nowMs });
    await tx.query(changeCap(organization, next));
    return await written(parts, tx, organization, next, "organization_budget.changed");
  });
  await parts.grants.words.sayChanged({ organization, project: null });
  return budget;
}

export async function endOrganizationBudget(
  parts: Parts,
  actor: Actor,
  organization: string,
  named: string,
): Promise<void> {
  const asked = { route: "endOrganizationBudget", needs: "organization_limit.write" } as const;
  await act(parts, { organization, project: null }, actor, asked, async ({ tx, nowMs }) => {
    const row = await lockBudget(tx, organization, null, named);
    await tx.query(endCap(organization, row.id, nowMs));
    return { result: null, acts: [{ action: "organization_budget.ended", target: named, facts: factsOf(row) }] };
  });
  await parts.grants.words.sayChanged({ organization, project: null });
}

async function written(parts: Parts, tx: Transaction, organization: string, row: CapRow, action: string) {
  const [result] = await shown(parts, tx, organization, [row]);
  return { result: result!, acts: [{ action, target: showId("cap", row.id), facts: factsOf(row) }] };
}

async function shown(
  { clock, grants }: Parts,
  tx: Transaction,
  organization: string,
  rows: readonly CapRow[],
): Promise<Budget[]> {
  return await showBudgets(tx, organization, rows, { nowMs: clock.nowMs(), calendar: grants.calendarOf("UTC") });
}
