/**
 * What a flush takes from counters and gives back, and the approvals it uses up. Counters are locked after all rows of
 * all projects, in the order of organization, cap and period, so that no two flushes wait for each other.
 */
import type { Statement } from "../core/ports/database.ts";
import type { Intended } from "../core/ports/gate.ts";
import { insertApproval } from "../store/approvals.ts";
import { useApproval, withdrawApprovals, type UsedRow } from "../store/approval-uses.ts";
import {
  lockCounters,
  settleReservations,
  takeReservations,
  type CounterKey,
  type EffectSettlement,
  type ReservationWish,
  type ReservedRow,
} from "../store/reservations.ts";
import { scopeStatement, type Scope } from "../store/scope.ts";
import type { FlushItem } from "./flush-item.ts";
import type { IntentWish } from "./live-run.ts";

interface Batch {
  readonly scope: Scope;
  readonly items: readonly FlushItem[];
}

interface Answer {
  readonly rows: readonly object[];
}

/** Approvals that are asked for, used up, or not needed any more; once the queue's rows are locked, in their project's scope. */
export function approvalStatements(scope: Scope, items: readonly FlushItem[], nowMs: number): Statement<object>[] {
  const { project } = scope;
  const statements: Statement<object>[] = [];
  for (const { run, unsaved } of items) {
    for (const asked of unsaved.asks) statements.push(insertApproval(scope, asked));
    if (unsaved.withdrawn.length > 0) statements.push(withdrawApprovals(project, run.id, unsaved.withdrawn));
    for (const { approval } of unsaved.wishes)
      if (approval) statements.push(useApproval(project, run.id, approval, nowMs));
  }
  return statements;
}

/** @param batches of all projects; the caller's scope is left where the last of these statements is */
export function counterStatements(batches: readonly Batch[], nowMs: number): Statement<object>[] {
  const organizations = Map.groupBy(
    batches.filter(({ items }) => items.some(usesCounters)),
    ({ scope }) => scope.organization,
  );
  const statements: Statement<object>[] = [];
  for (const organization of [...organizations.keys()].toSorted()) {
    const own = organizations.get(organization)!;
    statements.push(scopeStatement(own[0]!.scope));
    statements.push(...lockCounters(organization, own.flatMap(countersOf), nowMs));
    for (const { scope, items } of own) {
      const settlements = settlementsOf(items);
      const wishes = wishesOf(items);
      statements.push(scopeStatement(scope));
      if (settlements.length > 0) statements.push(settleReservations(scope, settlements, nowMs));
      if (wishes.length > 0) statements.push(takeReservations(scope, wishes, nowMs));
    }
  }
  return statements;
}

const usesCounters = ({ unsaved }: FlushItem): boolean =>
  unsaved.settlements.length > 0 || unsaved.wishes.some(({ reservations }) => reservations.length > 0);

function countersOf({ items }: Batch): readonly CounterKey[] {
  return items.flatMap(({ unsaved }) => [
    ...unsaved.settlements,
    ...unsaved.wishes.flatMap(({ reservations }) => reservations),
  ]);
}

function settlementsOf(items: readonly FlushItem[]): readonly EffectSettlement[] {
  return items.flatMap(({ run, unsaved }) => unsaved.settlements.map((one) => ({ ...one, run: run.id })));
}

function wishesOf(items: readonly FlushItem[]): readonly ReservationWish[] {
  return items.flatMap(({ run, unsaved }) =>
    unsaved.wishes.filter(({ reservations }) => reservations.length > 0).map((one) => ({ ...one, run: run.id })),
  );
}

/** Tells intents what became of what they asked for, once it is committed. */
export function answerWishes(items: readonly FlushItem[], results: readonly Answer[]): void {
  if (items.every(({ unsaved }) => unsaved.wishes.length === 0)) return;
  const answers = gather(results);
  for (const { run, unsaved } of items)
    for (const wish of unsaved.wishes) wish.answer = answerOf({ ...wish, run: run.id }, answers);
}

export function intendedOf(wish: IntentWish & { readonly run: string }, results: readonly Answer[]): Intended {
  return answerOf(wish, gather(results));
}

interface Answers {
  readonly reserved: ReadonlyMap<string, ReservedRow>;
  readonly used: ReadonlySet<string>;
}

function gather(results: readonly Answer[]): Answers {
  const rows = results.flatMap((result) => result.rows);
  const reserved = rows.filter(isReserved).map((row) => [`${row.run} ${row.effect}`, row] as const);
  return { reserved: new Map(reserved), used: new Set(rows.filter(isUsed).map((row) => row.used)) };
}

const isReserved = (row: object): row is ReservedRow => "reserved" in row && "effect" in row;
const isUsed = (row: object): row is UsedRow => "used" in row;

function answerOf(wish: IntentWish & { readonly run: string }, { reserved, used }: Answers): Intended {
  const approved = wish.approval === null || used.has(wish.approval.id);
  if (wish.reservations.length === 0) return { reserved: "granted", cap: null, approved };
  // What was asked for and not answered was not taken.
  const row = reserved.get(`${wish.run} ${wish.effect}`);
  return { reserved: row?.reserved ?? "waits", cap: row?.cap ?? null, approved };
}
