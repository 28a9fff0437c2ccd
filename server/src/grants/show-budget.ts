import type { Budget } from "@steward/sdk";
import { calendarOfCap } from "../core/budget/calendars.ts";
import { periodEnd } from "../core/budget/period-end.ts";
import { showId } from "../core/id.ts";
import { type Calendar, periodKey, type PeriodPlace } from "../core/policy/caps.ts";
import type { Transaction } from "../core/ports/database.ts";
import { isoTime, isoTimeOrNull } from "../people/iso-time.ts";
import { type CapRow, type CounterRow, readCounters } from "../store/caps.ts";
import { amountShown } from "./amount-shown.ts";

/** Caps with what stands on their counters in the present period. In the scope of their organization. */
export async function showBudgets(
  tx: Transaction,
  organization: string,
  caps: readonly CapRow[],
  { nowMs, calendar }: { readonly nowMs: number; readonly calendar: Calendar },
): Promise<Budget[]> {
  const placed = caps.map((cap) => {
    const place: PeriodPlace = { nowMs, run: "", calendar: calendarOfCap(cap, calendar) };
    return { cap, place, key: cap.period === "run" ? null : periodKey(cap.period, place) };
  });
  const asked = placed.flatMap(({ cap, key }) => (key === null ? [] : [{ cap: cap.id, periodKey: key }]));
  const counters = new Map((await readCounters(tx, organization, asked)).map((row) => [row.cap, row]));
  return placed.map(({ cap, place, key }) => ({
    ...showCap(cap),
    now: key === null ? null : showNow(cap, key, place, counters.get(cap.id)),
  }));
}

function showCap(cap: CapRow): Omit<Budget, "now"> {
  return {
    id: showId("cap", cap.id),
    level: cap.level,
    subject: cap.subject,
    project: cap.project === null ? null : showId("prj", cap.project),
    unit: cap.unit,
    currency: cap.currency,
    period: cap.period,
    amount: amountShown(cap.unit, BigInt(cap.amount)),
    softPercent: cap.softPercent,
    source: cap.source,
    createdAt: isoTime(cap.createdAt),
    updatedAt: isoTime(cap.updatedAt),
    updatedBy: cap.updatedBy,
  };
}

function showNow(cap: CapRow, period: string, place: PeriodPlace, counter: CounterRow | undefined): Budget["now"] {
  const { spent, reserved } = counter ?? { spent: 0, reserved: 0 };
  const shown = (amount: number): number => amountShown(cap.unit, BigInt(amount));
  return {
    period,
    spent: shown(spent),
    reserved: shown(reserved),
    left: shown(Math.max(0, cap.amount - spent - reserved)),
    endsAt: isoTimeOrNull(periodEnd(cap.period, place)),
  };
}
