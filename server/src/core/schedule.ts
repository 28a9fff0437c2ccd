/**
 * When a schedule fires, as a pure function of its rule. Cron is read by croner with the rules of Vixie cron for the
 * hours that daylight saving skips or repeats, in any zone and for shifts of any size:
 *
 * - A job with plain values, lists or ranges in minute and hour (`30 2 * * *`, `30 2,14 * * *`) fires on every day it
 *   names: at the first moment after the gap when its local time does not exist, and once, the first time, when its
 *   local time comes twice.
 * - A job with `*` or a step in minute or hour (`0 * * * *`, `0-59/15 2 * * *`) follows real time: it goes on through
 *   the repeated hour and fires nothing for local times that do not exist.
 * - `at` without an offset is a local time and follows the first rule. `everySeconds` is a grid from its anchor in real
 *   time, whatever the clocks on the wall do.
 */
import { Cron } from "croner";
import type { ScheduleTrigger } from "@steward/sdk";

export type ScheduleRule = Pick<ScheduleTrigger, "cron" | "everySeconds" | "at" | "timeZone">;

export interface ScheduleProblem {
  readonly field: "cron" | "at" | "timeZone";
  readonly message: string;
}

/** A firing this late is still on time: `skip` does not skip it. */
const ON_TIME_MS = 60_000;

/** Longer than any two shifts of a zone together; a local time lies within this of the same time read as UTC. */
const ZONE_MS_MAX = 2 * 86_400_000;

/**
 * The first firing after `afterMs` (never at it), or null when there is none. `anchorMs` is where the grid of
 * `everySeconds` starts: the first firing is one interval later. The rule must have passed `checkSchedule`.
 */
export function nextFiring(rule: ScheduleRule, afterMs: number, anchorMs: number): number | null {
  if (rule.everySeconds !== undefined) {
    const everyMs = rule.everySeconds * 1000;
    return anchorMs + Math.max(1, Math.floor((afterMs - anchorMs) / everyMs) + 1) * everyMs;
  }
  if (rule.at !== undefined) {
    const atMs = momentOf(rule.at, rule.timeZone);
    return atMs !== null && atMs > afterMs ? atMs : null;
  }
  return cronOf(rule).nextRun(new Date(afterMs))?.getTime() ?? null;
}

/**
 * Which of the firings after `lastDueMs`, itself a firing or the anchor, up to `nowMs` are to be run, in order. `all`:
 * the latest `max`; `last`: the latest one; `skip`: the latest one if it is on time. Works backwards from now, so its
 * work is bounded by `max`, however long ago `lastDueMs` is.
 */
export function missedFirings(
  rule: ScheduleRule,
  lastDueMs: number,
  nowMs: number,
  policy: ScheduleTrigger["missed"],
  max: number,
): readonly number[] {
  const latest = latestFirings(rule, lastDueMs, nowMs, policy === "all" ? max : 1);
  return policy === "skip" ? latest.filter((dueMs) => nowMs - dueMs <= ON_TIME_MS) : latest;
}

function latestFirings(rule: ScheduleRule, lastDueMs: number, nowMs: number, max: number): readonly number[] {
  if (nowMs <= lastDueMs || max <= 0) return [];
  if (rule.everySeconds !== undefined) {
    const everyMs = rule.everySeconds * 1000;
    const due = Math.floor((nowMs - lastDueMs) / everyMs);
    const count = Math.min(due, max);
    return Array.from({ length: count }, (_, at) => lastDueMs + (due - count + 1 + at) * everyMs);
  }
  if (rule.at !== undefined) {
    const atMs = momentOf(rule.at, rule.timeZone);
    return atMs !== null && atMs > lastDueMs && atMs <= nowMs ? [atMs] : [];
  }
  // croner goes back from a moment without it: a firing at this very millisecond counts.
  const latest = cronOf(rule).previousRuns(max, new Date(nowMs + 1));
  return latest
    .map((date) => date.getTime())
    .filter((ms) => ms > lastDueMs && ms <= nowMs)
    .toReversed();
}

/** What keeps a schedule from being published, or null. An `at` that has passed is fine: it never fires. */
export function checkSchedule(rule: ScheduleRule): ScheduleProblem | null {
  if (!isTimeZone(rule.timeZone)) {
    return {
      field: "timeZone",
      message: `there is no time zone "${rule.timeZone}": use a name such as Europe/Berlin, or UTC`,
    };
  }
  if (rule.at !== undefined && momentOf(rule.at, rule.timeZone) === null) {
    return {
      field: "at",
      message: `"${rule.at}" is not a moment: use for instance 2026-03-29T06:00:00, in the trigger's time zone, or with an offset`,
    };
  }
  if (rule.cron === undefined) return null;
  // croner would also take a date for a pattern; that is what `at` is for.
  if (!/^@|\s/.test(rule.cron.trim()))
    return {
      field: "cron",
      message: `"${rule.cron}" is not a cron rule: give five fields (minute hour day month weekday), or six with seconds first`,
    };
  try {
    if (cronOf(rule).nextRun(new Date(0)) === null)
      return { field: "cron", message: `"${rule.cron}" never fires: no such day exists` };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : "not understood";
    return {
      field: "cron",
      message: `${reason} (in "${rule.cron}"): give five fields (minute hour day month weekday), or six with seconds first`,
    };
  }
  return null;
}

function cronOf(rule: ScheduleRule): Cron {
  return new Cron(rule.cron!.trim(), {
    timezone: rule.timeZone,
    mode: "5-or-6-parts",
    fixedTimeRule: "no-wildcard",
    paused: true,
  });
}

/** An ISO moment in milliseconds; a local one by the clocks of the zone, as a cron rule that fires in one year only. */
function momentOf(at: string, timeZone: string): number | null {
  if (/(?:Z|[+-]\d{2}:?\d{2})$/i.test(at)) return validMs(Date.parse(at));
  const asUtcMs = validMs(Date.parse(`${at}Z`));
  if (asUtcMs === null) return null;
  const local = new Date(asUtcMs);
  const fields = [
    local.getUTCSeconds(),
    local.getUTCMinutes(),
    local.getUTCHours(),
    local.getUTCDate(),
    local.getUTCMonth() + 1,
    "*",
    local.getUTCFullYear(),
  ];
  const cron = new Cron(fields.join(" "), { timezone: timeZone, mode: "7-part", paused: true });
  const found = cron.nextRun(new Date(asUtcMs - ZONE_MS_MAX));
  return found === null ? null : found.getTime() + local.getUTCMilliseconds();
}

function validMs(ms: number): number | null {
  return Number.isNaN(ms) ? null : ms;
}

/** An IANA name that this Node knows. Offsets are refused: they don't follow daylight saving, which is rarely meant. */
/** Whether it is a name of the time zone database. */
export function isTimeZone(name: string): boolean {
  if (/^[+-]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
