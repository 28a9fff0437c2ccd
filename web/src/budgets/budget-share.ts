/** How full a budget is. Pure. */
import type { Budget } from "@steward/sdk";

export interface Share {
  /** In percent of the amount, together at most 100. */
  readonly spent: number;
  readonly reserved: number;
  readonly state: "calm" | "soft" | "full";
}

export function shareOf({ amount, softPercent, now }: Pick<Budget, "amount" | "softPercent" | "now">): Share | null {
  if (now === null) return null;
  const percent = (part: number): number => (amount === 0 ? (part > 0 ? 100 : 0) : (part / amount) * 100);
  const spent = Math.min(100, percent(now.spent));
  const used = percent(now.spent + now.reserved);
  const full = now.left <= 0;
  return {
    spent,
    reserved: Math.min(100 - spent, Math.max(0, used - spent)),
    state: full ? "full" : used >= softPercent ? "soft" : "calm",
  };
}
