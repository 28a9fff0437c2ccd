/**
 * The one decision on an effect: request, policy and moment in, what to do out. Pure; the gate, the simulator and the
 * test button call it, nobody else decides.
 *
 * - D1 Default deny: with a connection or credential, nothing is allowed that no line of a grant covers.
 * - D2 Among covering lines one that asks nobody wins, then the oldest. Its rates and money are reserved, nobody else's.
 * - D3 Each line of a limit that names the action must hold in full, whoever granted; its approvals, rates and money are
 *   added to the line's.
 * - D4 What can't be read fits no grant and is named by every refusal.
 */
import { ArgumentValues } from "./argument-values.ts";
import { type Asked, askedBy, askedForDestination, mergeAsked } from "./approval.ts";
import type { CompiledLine } from "./compile-grant.ts";
import { type Decision, type Level, LEVELS, type LineRef, type PolicyRequest, type Reservation } from "./decision.ts";
import { explainLimit, explainNoGrant } from "./explain-refusal.ts";
import { priceFits } from "./price.ts";
import { grantsAskFirst, grantsFor, type LimitEntry, limitsFor, type Policy } from "./policy.ts";

function conditionsHold(line: CompiledLine, values: ArgumentValues): boolean {
  for (const condition of line.conditions) if (!condition.holds(values)) return false;
  return true;
}

/** @param nowMs judges validity only: periods of caps are the counters' (`periodKey`) */
export function decide(request: PolicyRequest, policy: Policy, nowMs: number): Decision {
  const values = new ArgumentValues(request.arguments);
  const limits = limitsFor(policy, request);
  for (const entry of limits) {
    const code = whyLimited(entry, request, values);
    if (code !== null) return explainLimit(code, entry, request, values);
  }
  const deciding = request.connection === null ? null : findGrant(request, policy, values, nowMs);
  if (request.connection !== null && deciding === null) {
    return explainNoGrant(request, policy, values, nowMs);
  }
  const asked = [...(deciding?.asked ?? []), ...limits.map(({ line }) => askedBy(line, request, values))];
  const reservations = [
    ...(deciding === null ? [] : reservationsOf(deciding.line, "grant", request)),
    ...limits.flatMap(({ line, limit }) => reservationsOf(line, limit.level, request)),
  ];
  return {
    kind: "allowed",
    by: deciding === null ? null : deciding.line.ref,
    limits: limits.filter(({ limit }) => !limit.deny).map(({ line }) => line.ref),
    reservations: reservations.toSorted(compareReservations),
    approval: mergeAsked(asked.filter((one) => one !== null)),
  };
}

function whyLimited(
  { limit, line }: LimitEntry,
  request: PolicyRequest,
  values: ArgumentValues,
): "limit_refused" | "price_unknown" | null {
  if (limit.deny) return line.conditions.every((condition) => condition.mayName(values)) ? "limit_refused" : null;
  if (!conditionsHold(line, values)) return "limit_refused";
  return priceFits(line, request) ? null : "price_unknown";
}

interface Deciding {
  readonly line: CompiledLine;
  readonly order: number;
  readonly asked: readonly Asked[];
}

function findGrant(request: PolicyRequest, policy: Policy, values: ArgumentValues, nowMs: number): Deciding | null {
  let best: Deciding | null = null;
  for (const { grant, line, order } of grantsFor(policy, request, values)) {
    if (best !== null && best.asked.length === 0 && best.order < order) continue;
    if (nowMs < grant.fromMs || nowMs >= grant.untilMs) continue;
    if (!conditionsHold(line, values) || !priceFits(line, request)) continue;
    const asked = [askedBy(line, request, values), askedForDestination(line, request, values)].filter(
      (one) => one !== null,
    );
    const better =
      best === null ||
      Math.min(asked.length, 1) < Math.min(best.asked.length, 1) ||
      (asked.length > 0 === best.asked.length > 0 && order < best.order);
    if (better) best = { line, order, asked };
  }
  return best;
}

function reservationsOf(line: CompiledLine, level: Level, { estimate }: PolicyRequest): readonly Reservation[] {
  const cap = capOf(line.ref);
  const calls = line.rates.map(
    ({ period, max }) => ({ level, cap, unit: "calls", period, amount: 1n, max }) satisfies Reservation,
  );
  const micro = estimate?.micro ?? 0n;
  if (estimate === null || micro === 0n) return calls;
  const unit = `micro:${estimate.currency}` as const;
  const money = line.money
    .filter(({ currency }) => currency === estimate.currency)
    .map(({ period, max }) => ({ level, cap, unit, period, amount: micro, max }) satisfies Reservation);
  return [...calls, ...money];
}

/** The version is no part of it: who changes a line does not begin to count anew. */
function capOf({ kind, id, line }: LineRef): string {
  return `${kind}:${id}:${line}`;
}

/** The order in which counters are locked, the same in every process: level, cap, unit, period. */
export function compareReservations(a: Reservation, b: Reservation): number {
  return (
    LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) ||
    compareTexts(a.cap, b.cap) ||
    compareTexts(a.unit, b.unit) ||
    compareTexts(a.period, b.period)
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether an approval rule for first times may apply, so that `known` has to be looked up before `decide`. */
export function asksWhetherFirst(policy: Policy, request: PolicyRequest): boolean {
  return (
    grantsAskFirst(policy, request) || limitsFor(policy, request).some(({ line }) => line.approval?.when === "first")
  );
}
