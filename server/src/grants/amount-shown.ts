import type { StandingCap } from "../core/budget/find-caps.ts";

/** An amount of a cap as the API gives it: money in units of its currency, exact below 9 billion. */
export function amountShown(unit: StandingCap["unit"], amount: bigint): number {
  return unit === "money" ? Number(amount) / 1_000_000 : Number(amount);
}
