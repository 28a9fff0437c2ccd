/**
 * Caps on money, tokens and calls: which counter a moment belongs to, amounts without rounding, and what still fits.
 * A cap is never passed: spent and reserved together stay at or below its maximum.
 */
import type { Period } from "@steward/sdk";
import { invariant, unreachable } from "../invariant.ts";

/** What a cap counts: calls, tokens of a model, or millionths of a currency's unit. */
export type Unit = "calls" | "tokens" | `micro:${string}`;

const HOUR_MS = 3_600_000;

/** Microunits of an amount with at most six decimals, to the last one: read from its shortest decimal form, as JSON has it. */
export function toMicro(amount: number): bigint {
  const found = /^(\d+)(?:\.(\d{1,6}))?$/.exec(String(amount));
  invariant(found !== null, "an amount of money is at least 0, below 10^21, and has at most six decimals");
  return BigInt(found[1]!) * 1_000_000n + BigInt((found[2] ?? "").padEnd(6, "0"));
}

/** As people write it: `1,000`, `0.50`, `0.000125`. */
export function microText(micro: bigint): string {
  const sign = micro < 0n ? "-" : "";
  const whole = (micro < 0n ? -micro : micro).toString().padStart(7, "0");
  const units = whole.slice(0, -6).replace(/\B(?=(?:\d{3})+$)/g, ",");
  const decimals = whole.slice(-6).replace(/0+$/, "");
  return `${sign}${units}${decimals === "" ? "" : `.${decimals.padEnd(2, "0")}`}`;
}

/** Tells the counters of one cap apart by time. */
export interface PeriodPlace {
  readonly nowMs: number;
  /** The run that asks. */
  readonly run: string;
  readonly calendar: Calendar;
}

/** The wall clock of one zone. */
export interface Calendar {
  /** `2026-11-21` */
  day(ms: number): string;
  /** Minutes by which the zone is ahead of UTC, whole ones. */
  offsetMinutes(ms: number): number;
}

/** Of an IANA zone; throws a RangeError for what is none. Costly to make, cheap to ask: keep it with the project. */
export function calendarOf(timeZone: string): Calendar {
  const format = new Intl.DateTimeFormat("en-US-u-ca-iso8601-nu-latn", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  const wall = (ms: number): number => {
    const fields: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(ms)) fields[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = fields;
    return Date.UTC(year, month - 1, day, hour, minute);
  };
  return {
    day: (ms) => new Date(wall(ms)).toISOString().slice(0, 10),
    offsetMinutes: (ms) => Math.round((wall(ms) - Math.floor(ms / 60_000) * 60_000) / 60_000),
  };
}

/**
 * Names the counter of a cap at a moment. A day and a month are those of the calendar's zone, 23 or 25 hours long where
 * its clocks change; an hour is 60 minutes that begin when that zone's clocks show a full hour, so that the hour which
 * comes twice in autumn is two; a run is one counter for all its life; `total` never changes.
 */
export function periodKey(period: Period, { nowMs, run, calendar }: PeriodPlace): string {
  switch (period) {
    case "run":
      return run;
    case "hour": {
      const aheadMs = ((calendar.offsetMinutes(nowMs) * 60_000) % HOUR_MS) + HOUR_MS;
      const beganMs = Math.floor((nowMs + aheadMs) / HOUR_MS) * HOUR_MS - aheadMs;
      return `${new Date(beganMs).toISOString().slice(0, 16)}Z`;
    }
    case "day":
      return calendar.day(nowMs);
    case "month":
      return calendar.day(nowMs).slice(0, 7);
    case "total":
      return "total";
    default:
      return unreachable(period);
  }
}

export interface Counter {
  readonly spent: bigint;
  /** By others: what the asking effect itself holds is not in it. */
  readonly reserved: bigint;
  readonly max: bigint;
}

/**
 * Whether `amount` more fits: `granted`; `waits` when only what others have reserved stands in the way, and may be given
 * back; `exceeded` when nothing that can happen makes room, in this period.
 */
export function judgeReservation({
  spent,
  reserved,
  max,
  amount,
}: Counter & { readonly amount: bigint }): "granted" | "waits" | "exceeded" {
  invariant(amount >= 0n && spent >= 0n && reserved >= 0n, "a counter holds nothing below zero");
  if (spent + reserved + amount <= max) return "granted";
  return spent + amount <= max ? "waits" : "exceeded";
}
