/** Budgets of one project: on it, a member, an agent, a flow, or each run. */
import type { Budget, ChangeBudget, NewBudget } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { parseId, showId } from "../core/id.ts";
import { toMicro } from "../core/policy/caps.ts";
import type { Transaction } from "../core/ports/database.ts";
import { cursorOf, type Page, type PageQuery } from "../people/page.ts";
import { appendActs } from "../store/append-acts.ts";
import { type CapRow, changeCap, countBudgets, endCap, insertCap, listCaps, lockCap } from "../store/caps.ts";
import { readFlowNames, readTimeZone } from "../store/connection-refs.ts";
import { findProjectPeople } from "../store/project-people.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { GrantCaller, GrantParts } from "./grant-parts.ts";
import { noRoom, notHere, refuseForm, uuidOf } from "./grant-refusals.ts";
import { showBudgets } from "./show-budget.ts";

/** That stand in one project, and in one organization. */
export const BUDGETS_MAX = 500;

export interface BudgetQuery extends PageQuery {
  readonly source?: "budget" | "grant" | undefined;
}

/** What counts in the project now, its organization's too, the oldest first. */
export async function listBudgets(
  parts: GrantParts,
  { scope }: GrantCaller,
  query: BudgetQuery,
): Promise<Page<Budget>> {
  const { limit, source = null } = query;
  const after = cursorOf("cap", query);
  return await inScope(parts.database, scope, async (tx) => {
    const page = { project: scope.project, source, after, limit: limit + 1 };
    const rows = await listCaps(tx, scope.organization, page);
    const items = await shownIn(parts, tx, scope, rows.slice(0, limit));
    return { items, next: rows.length > limit ? items.at(-1)!.id : null };
  });
}

/** Sets a budget, from when it answers. Throws `value_invalid` naming the field, `conflict`. */
export async function setBudget(
  parts: GrantParts,
  { scope, shownId: by }: GrantCaller,
  given: NewBudget,
): Promise<Budget> {
  const budget = await inScope(parts.database, scope, async (tx) => {
    await requireSubject(tx, scope, given);
    if ((await countBudgets(tx, scope.organization, scope.project)) >= BUDGETS_MAX)
      throw noRoom("budgets", BUDGETS_MAX);
    const row = newCap(parts, given, { project: scope.project, level: given.level, subject: given.subject, by });
    await tx.query(insertCap(scope.organization, row));
    return await writtenIn(parts, tx, scope, row, by, "budget.set");
  });
  await parts.grants.words.sayChanged(scope);
  return budget;
}

/**
 * An amount below what is spent and reserved is taken: then nothing more passes in this period, and what is reserved goes
 * on. What came with a grant is changed with the grant (`conflict`).
 */
export async function changeBudget(
  parts: GrantParts,
  { scope, shownId: by }: GrantCaller,
  shown: string,
  given: ChangeBudget,
): Promise<Budget> {
  const budget = await inScope(parts.database, scope, async (tx) => {
    const row = await lockBudget(tx, scope.organization, scope.project, shown);
    const next = changed(row, given, { by, nowMs: parts.clock.nowMs() });
    await tx.query(changeCap(scope.organization, next));
    return await writtenIn(parts, tx, scope, next, by, "budget.changed");
  });
  await parts.grants.words.sayChanged(scope);
  return budget;
}

export async function endBudget(parts: GrantParts, { scope, shownId: by }: GrantCaller, shown: string): Promise<void> {
  await inScope(parts.database, scope, async (tx) => {
    const row = await lockBudget(tx, scope.organization, scope.project, shown);
    const nowMs = parts.clock.nowMs();
    await tx.query(endCap(scope.organization, row.id, nowMs));
    const act = actOn(scope.project, by, "budget.ended", shown, factsOf(row), nowMs);
    await appendActs(tx, scope.organization, [act], nowMs);
  });
  await parts.grants.words.sayChanged(scope);
}

async function requireSubject(tx: Transaction, scope: Scope, { level, subject }: NewBudget): Promise<void> {
  if (level === "flow" || level === "agent") {
    const names = await readFlowNames(tx, scope.project, [subject]);
    if (!names.has(`${level}:${subject}`)) refuseSubject(`there is no ${level} "${subject}" here`);
  }
  if (level !== "member") return;
  const account = parseId("acc", subject);
  const people = account === null ? [] : await findProjectPeople(tx, scope, [account]);
  if (people.length === 0) refuseSubject(`there is no member ${subject} here`);
}

function refuseSubject(message: string): void {
  refuseForm([{ field: "subject", message }]);
}

/** One that is a budget of its own. */
export async function lockBudget(
  tx: Transaction,
  organization: string,
  project: string | null,
  shown: string,
): Promise<CapRow> {
  const row = await lockCap(tx, organization, project, uuidOf("cap", shown));
  if (row === null || row.source !== "budget") throw notHere("cap", shown);
  return row;
}

type Counted = Pick<NewBudget, "unit" | "amount" | "currency" | "period" | "softPercent">;

export function newCap(
  { ids, clock }: Pick<GrantParts, "ids" | "clock">,
  {
    unit,
    amount,
    currency = null,
    period,
    softPercent,
  }: Omit<Counted, "currency"> & { currency?: string | null | undefined },
  { by, ...place }: Pick<CapRow, "project" | "level" | "subject"> & { readonly by: string },
): CapRow {
  const nowMs = clock.nowMs();
  const stored = storedAmount(unit, amount);
  const times = { createdAt: nowMs, updatedAt: nowMs, updatedBy: by };
  return { id: ids.uuid(), ...place, source: "budget", unit, currency, period, amount: stored, softPercent, ...times };
}

/** At most 10^15: exact. */
function storedAmount(unit: CapRow["unit"], amount: number): number {
  return unit === "money" ? Number(toMicro(amount)) : amount;
}

export function changed(
  row: CapRow,
  { amount, softPercent }: ChangeBudget,
  { by, nowMs }: { readonly by: string; readonly nowMs: number },
): CapRow {
  if (amount !== undefined && row.unit !== "money" && !Number.isInteger(amount))
    refuseForm([{ field: "amount", message: "tokens and calls are whole" }]);
  return {
    ...row,
    amount: amount === undefined ? row.amount : storedAmount(row.unit, amount),
    softPercent: softPercent ?? row.softPercent,
    updatedAt: nowMs,
    updatedBy: by,
  };
}

export function factsOf({ level, subject, unit, currency, period, amount, softPercent }: CapRow) {
  return { level, subject, unit, currency, period, amount, softPercent };
}

async function writtenIn(
  parts: GrantParts,
  tx: Transaction,
  scope: Scope,
  row: CapRow,
  by: string,
  action: string,
): Promise<Budget> {
  const [budget] = await shownIn(parts, tx, scope, [row]);
  const act = actOn(scope.project, by, action, showId("cap", row.id), factsOf(row), row.updatedAt);
  await appendActs(tx, scope.organization, [act], row.updatedAt);
  return budget!;
}

async function shownIn(
  { clock, grants }: GrantParts,
  tx: Transaction,
  { organization, project }: Scope,
  rows: readonly CapRow[],
): Promise<Budget[]> {
  const calendar = grants.calendarOf(await readTimeZone(tx, organization, project));
  return await showBudgets(tx, organization, rows, { nowMs: clock.nowMs(), calendar });
}
