import type { Period } from "@steward/sdk";
import { periodKey, type PeriodPlace } from "../policy/caps.ts";

const HOUR_MS = 3_600_000;
/** A day of 25 hours, a month of 31 days and one hour, and room to spare. */
const LONGEST_MS = { hour: HOUR_MS, day: 27 * HOUR_MS, month: 33 * 24 * HOUR_MS } as const;

/** The first millisecond of the next period; null for one without end. Keys never come back, so the border is found by halving. */
export function periodEnd(period: Period, place: PeriodPlace): number | null {
  if (period === "run" || period === "total") return null;
  const key = periodKey(period, place);
  let [within, beyond] = [place.nowMs, place.nowMs + LONGEST_MS[period]];
  while (beyond - within > 1) {
    const middle = Math.floor((within + beyond) / 2);
    if (periodKey(period, { ...place, nowMs: middle }) === key) within = middle;
    else beyond = middle;
  }
  return beyond;
}
