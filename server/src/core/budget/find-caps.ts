/**
 * Which caps an effect counts against: those of the lines that decided, and the budgets that it falls under. Pure; the
 * gate reserves what this gives, the simulator shows it.
 */
import type { Period } from "@steward/sdk";
import { invariant } from "../invariant.ts";
import { type Level, LEVELS, type PolicyRequest, type Reservation } from "../policy/decision.ts";

/** A cap that stands, as the store has it. */
export interface StandingCap {
  /** UUID. */
  readonly id: string;
  /** Null for one of the organization. */
  readonly project: string | null;
  readonly level: Level;
  /** A flow's or agent's slug, `acc_…`; of what came with a line its `Reservation.cap`. */
  readonly subject: string;
  readonly source: "budget" | "grant";
  readonly unit: "money" | "tokens" | "calls";
  readonly currency: string | null;
  readonly period: Period;
  /** Microunits of money. */
  readonly amount: bigint;
}

export interface CapReservation {
  readonly cap: StandingCap;
  readonly amount: bigint;
}

export interface StandingCaps {
  readonly budgets: readonly StandingCap[];
  /** By subject, unit and period. */
  readonly ofLines: ReadonlyMap<string, StandingCap>;
}

export function arrangeCaps(caps: readonly StandingCap[]): StandingCaps {
  const ofLines = caps
    .filter(({ source }) => source === "grant")
    .map((cap) => [lineKey(cap.subject, unitOf(cap), cap.period), cap] as const);
  return { budgets: caps.filter(({ source }) => source === "budget"), ofLines: new Map(ofLines) };
}

/** As `Reservation.unit` has it. */
function unitOf({ unit, currency }: Pick<StandingCap, "unit" | "currency">): string {
  return unit === "money" ? `micro:${currency}` : unit;
}

/** Subjects and units hold no blank. */
function lineKey(subject: string, unit: string, period: Period): string {
  return `${subject} ${unit} ${period}`;
}

export type FoundCaps =
  | { readonly kind: "found"; readonly reservations: readonly CapReservation[] }
  /** A budget of money binds it, and nobody knows what it costs in that currency. */
  | { readonly kind: "unpriced"; readonly cap: StandingCap };

/**
 * @param decided what the lines of grant and limits reserve; a line's cap is made with it and ends with it
 * @returns in the order in which counters are locked: level, cap, the same in every process
 */
export function findCaps(request: PolicyRequest, decided: readonly Reservation[], caps: StandingCaps): FoundCaps {
  const found: CapReservation[] = decided.map(({ cap: subject, unit, period, amount }) => {
    const cap = caps.ofLines.get(lineKey(subject, unit, period));
    invariant(cap !== undefined, `the line ${subject} has no cap for ${unit} a ${period}`);
    return { cap, amount };
  });
  for (const cap of caps.budgets) {
    if (!binds(cap, request)) continue;
    const amount = amountOf(cap, request);
    if (amount === null) return { kind: "unpriced", cap };
    if (amount > 0n) found.push({ cap, amount });
  }
  return { kind: "found", reservations: found.toSorted(compareCaps) };
}

function binds({ level, subject }: StandingCap, { principals, boundAs = [] }: PolicyRequest): boolean {
  switch (level) {
    case "organization":
    case "project":
    case "run":
      return true;
    case "flow":
    case "agent":
    case "member":
      return [...principals, ...boundAs].includes(`${level}:${subject}`);
    case "grant":
    default:
      return false;
  }
}

/** Null when it costs something and nobody knows how much of that currency. */
function amountOf({ unit, currency }: StandingCap, { estimate }: PolicyRequest): bigint | null {
  if (unit === "calls") return 1n;
  if (estimate === null) return 0n;
  if (unit === "tokens") return BigInt(estimate.tokens);
  if (estimate.micro === 0n) return 0n;
  return estimate.currency === currency ? estimate.micro : null;
}

export function compareCaps({ cap: a }: CapReservation, { cap: b }: CapReservation): number {
  return LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
