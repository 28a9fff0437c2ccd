import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkSchedule, missedFirings, nextFiring, type ScheduleRule } from "./schedule.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const cron = (text: string, timeZone = "UTC"): ScheduleRule => ({ cron: text, timeZone });
const once = (text: string, timeZone = "UTC"): ScheduleRule => ({ at: text, timeZone });

/** The firings in (fromMs, toMs], one after the other. */
function firings(rule: ScheduleRule, fromMs: number, toMs: number, anchorMs = 0): number[] {
  const list: number[] = [];
  for (let at = nextFiring(rule, fromMs, anchorMs); at !== null && at <= toMs; at = nextFiring(rule, at, anchorMs)) {
    list.push(at);
    if (list.length > 20_000) throw new Error("it does not advance");
  }
  return list;
}

const iso = (list: readonly number[]): string[] => list.map((ms) => new Date(ms).toISOString());
const ms = (text: string): number => Date.parse(text);

/** For each zone, days on which its clocks change. */
const CHANGES = [
  { zone: "Europe/Berlin", gap: "2026-03-29T01:00:00Z", repeat: "2026-10-25T01:00:00Z" },
  { zone: "America/New_York", gap: "2026-03-08T07:00:00Z", repeat: "2026-11-01T06:00:00Z" },
  { zone: "Australia/Lord_Howe", gap: "2026-10-03T15:30:00Z", repeat: "2026-04-04T15:00:00Z" },
  { zone: "Africa/Cairo", gap: "2026-04-23T22:00:00Z", repeat: "2026-10-29T21:00:00Z" },
  { zone: "Asia/Kathmandu", gap: "2026-03-29T01:00:00Z", repeat: "2026-10-25T01:00:00Z" },
  { zone: "UTC", gap: "2026-03-01T00:00:00Z", repeat: "2024-02-29T00:00:00Z" },
] as const;

describe("cron across daylight saving", () => {
  test("a daily time that does not exist fires at the first moment after the gap", () => {
    const rule = cron("30 2 * * *", "Europe/Berlin");
    expect(iso(firings(rule, ms("2026-03-28T00:00:00Z"), ms("2026-03-30T12:00:00Z")))).toEqual([
      "2026-03-28T01:30:00.000Z",
      "2026-03-29T01:00:00.000Z",
      "2026-03-30T00:30:00.000Z",
    ]);
  });

  test("a daily time that comes twice fires once, the first time", () => {
    const rule = cron("30 2 * * *", "Europe/Berlin");
    expect(iso(firings(rule, ms("2026-10-24T12:00:00Z"), ms("2026-10-26T12:00:00Z")))).toEqual([
      "2026-10-25T00:30:00.000Z",
      "2026-10-26T01:30:00.000Z",
    ]);
  });

  test("a list of hours counts as daily times", () => {
    const rule = cron("30 1,14 * * *", "America/New_York");
    expect(iso(firings(rule, ms("2026-11-01T00:00:00Z"), ms("2026-11-02T00:00:00Z")))).toEqual([
      "2026-11-01T05:30:00.000Z",
      "2026-11-01T19:30:00.000Z",
    ]);
  });

  test("a job of every quarter of an hour goes on through the repeated hour and skips the missing one", () => {
    const rule = cron("*/15 * * * *", "Europe/Berlin");
    for (const { gap, repeat } of CHANGES.slice(0, 1)) {
      for (const change of [ms(gap), ms(repeat)]) {
        const list = firings(rule, change - 3 * HOUR, change + 3 * HOUR);
        expect(list).toHaveLength(24);
        expect(new Set(list.map((at, index) => (index === 0 ? 15 * MINUTE : at - list[index - 1]!)))).toEqual(
          new Set([15 * MINUTE]),
        );
      }
    }
  });

  test("Lord Howe's half hour shifts a daily time by half an hour only", () => {
    const rule = cron("15 2 * * *", "Australia/Lord_Howe");
    expect(iso(firings(rule, ms("2026-10-03T12:00:00Z"), ms("2026-10-05T00:00:00Z")))).toEqual([
      "2026-10-03T15:30:00.000Z",
      "2026-10-04T15:15:00.000Z",
    ]);
    expect(
      iso(firings(cron("45 1 * * *", "Australia/Lord_Howe"), ms("2026-04-04T12:00:00Z"), ms("2026-04-05T12:00:00Z"))),
    ).toEqual(["2026-04-04T14:45:00.000Z"]);
  });

  test("a zone with an offset of quarters is exact", () => {
    expect(
      iso(firings(cron("0 6 * * 1", "Asia/Kathmandu"), ms("2026-01-01T00:00:00Z"), ms("2026-01-13T00:00:00Z"))),
    ).toEqual(["2026-01-05T00:15:00.000Z", "2026-01-12T00:15:00.000Z"]);
  });
});

interface Fields {
  readonly minute: readonly number[] | null;
  readonly hour: readonly number[] | null;
  readonly day: readonly number[] | null;
  readonly weekday: readonly number[] | null;
}

const listOf = (min: number, max: number) =>
  fc.option(fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 }), { nil: null });
const textOf = (list: readonly number[] | null) => (list === null ? "*" : list.join(","));

/** What a wall clock of the zone shows at each minute of a window, by Intl alone. */
function wallClock(
  zone: string,
  fromMs: number,
  toMs: number,
): { at: number; day: number; wall: number; weekday: number; minute: number; hour: number }[] {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  const clock = [];
  for (let at = fromMs; at <= toMs; at += MINUTE) {
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0] = format.format(at).match(/\d+/g)!.map(Number);
    const wall = Date.UTC(year, month - 1, day, hour, minute);
    clock.push({ at, wall, day, hour, minute, weekday: new Date(wall).getUTCDay() });
  }
  return clock;
}

/** The documented rules, minute by minute. */
function reference(fields: Fields, zone: string, fromMs: number, toMs: number): number[] {
  const clock = wallClock(zone, fromMs - 2 * DAY, toMs + 2 * DAY);
  const dayMatches = (one: { day: number; weekday: number }): boolean => {
    const byDay = fields.day?.includes(one.day) ?? false;
    const byWeekday = fields.weekday?.includes(one.weekday) ?? false;
    return (fields.day === null && fields.weekday === null) || byDay || byWeekday;
  };
  const found = new Set<number>();
  if (fields.minute === null || fields.hour === null) {
    for (const one of clock) {
      if ((fields.minute?.includes(one.minute) ?? true) && (fields.hour?.includes(one.hour) ?? true) && dayMatches(one))
        found.add(one.at);
    }
  } else {
    const days = new Set(clock.map((one) => Math.floor(one.wall / DAY) * DAY));
    for (const start of days) {
      const date = new Date(start);
      if (!dayMatches({ day: date.getUTCDate(), weekday: date.getUTCDay() })) continue;
      for (const hour of fields.hour) {
        for (const minute of fields.minute) {
          const wanted = start + hour * HOUR + minute * MINUTE;
          const hit = clock.find((one) => one.wall === wanted) ?? clock.find((one) => one.wall > wanted);
          if (hit) found.add(hit.at);
        }
      }
    }
  }
  return [...found].filter((at) => at > fromMs && at <= toMs).toSorted((a, b) => a - b);
}

describe("any cron rule", () => {
  test("fires exactly when a wall clock watched minute by minute says, strictly increasing", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CHANGES),
        fc.constantFrom("gap" as const, "repeat" as const),
        fc.record({
          minute: listOf(0, 59),
          hour: fc.oneof(listOf(0, 3), listOf(0, 23)),
          day: listOf(1, 31),
          weekday: listOf(0, 6),
        }),
        fc.integer({ min: -36, max: 0 }),
        ({ zone, ...change }, side, fields, hours) => {
          const fromMs = ms(change[side]) + hours * HOUR;
          const toMs = fromMs + 2 * DAY;
          const rule = cron(
            `${textOf(fields.minute)} ${textOf(fields.hour)} ${textOf(fields.day)} * ${textOf(fields.weekday)}`,
            zone,
          );
          const list = firings(rule, fromMs, toMs);
          expect(iso(list)).toEqual(iso(reference(fields, zone, fromMs, toMs)));
          expect(list).toEqual([...new Set(list)].toSorted((a, b) => a - b));
        },
      ),
      { numRuns: 150 },
    );
  });

  test("looking back finds the same firings as looking forward", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CHANGES),
        fc.constantFrom("gap" as const, "repeat" as const),
        fc.constantFrom("30 2 * * *", "0 1,2,3 * * *", "*/20 * * * *", "0 0 * * 0", "15 */2 * * *", "*/45 30 1 * * *"),
        fc.integer({ min: 0, max: 2 * DAY }),
        fc.integer({ min: 1, max: 100 }),
        ({ zone, ...change }, side, text, spanMs, max) => {
          const fromMs = ms(change[side]) - spanMs;
          const toMs = ms(change[side]) + DAY;
          const all = firings(cron(text, zone), fromMs, toMs);
          expect(missedFirings(cron(text, zone), fromMs, toMs, "all", max)).toEqual(all.slice(-max));
          expect(missedFirings(cron(text, zone), fromMs, toMs, "last", max)).toEqual(all.slice(-1));
        },
      ),
      { numRuns: 100 },
    );
  });

  test("of a day that never comes ends at once", () => {
    expect(nextFiring(cron("0 0 30 2 *"), 0, 0)).toBeNull();
    expect(missedFirings(cron("0 0 30 2 *"), 0, ms("2026-01-01T00:00:00Z"), "all", 100)).toEqual([]);
    expect(iso([nextFiring(cron("0 0 29 2 *"), ms("2096-03-01T00:00:00Z"), 0)!])).toEqual(["2104-02-29T00:00:00.000Z"]);
  });

  test("in whole seconds is never a millisecond early or late", () => {
    expect(nextFiring(cron("* * * * * *"), 999, 0)).toBe(1000);
    expect(nextFiring(cron("* * * * * *"), 1000, 0)).toBe(2000);
    expect(nextFiring(cron("* * * * * *"), 1001, 0)).toBe(2000);
  });
});

describe("everySeconds", () => {
  test("is a grid from its anchor that clocks on walls don't move", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 0, max: 2e12 }),
        fc.integer({ min: -1e9, max: 1e11 }),
        (everySeconds, anchorMs, sinceMs) => {
          const afterMs = anchorMs + sinceMs;
          const at = nextFiring({ everySeconds, timeZone: "Europe/Berlin" }, afterMs, anchorMs)!;
          expect((at - anchorMs) % (everySeconds * 1000)).toBe(0);
          expect(at).toBeGreaterThan(Math.max(afterMs, anchorMs));
          expect(at - Math.max(afterMs, anchorMs)).toBeLessThanOrEqual(everySeconds * 1000);
        },
      ),
    );
  });

  test("missed for a year with every second takes the latest of the cap only", () => {
    const rule = { everySeconds: 1, timeZone: "UTC" };
    expect(missedFirings(rule, 500, 365 * DAY + 700, "all", 3)).toEqual([
      365 * DAY - 1500,
      365 * DAY - 500,
      365 * DAY + 500,
    ]);
    expect(missedFirings(rule, 500, 1499, "all", 3)).toEqual([]);
    expect(missedFirings(rule, 500, 100, "all", 3)).toEqual([]);
  });
});

describe("at", () => {
  test("fires once, after that never", () => {
    const rule = once("2026-06-01T08:00:00", "America/New_York");
    const due = ms("2026-06-01T12:00:00Z");
    expect(nextFiring(rule, due - 1, 0)).toBe(due);
    expect(nextFiring(rule, due, 0)).toBeNull();
    expect(missedFirings(rule, due - 1, due, "all", 10)).toEqual([due]);
    expect(missedFirings(rule, due, due + 1, "all", 10)).toEqual([]);
  });

  test("in local time follows the rule of daily times: after a gap, and the first of two", () => {
    expect(nextFiring(once("2026-03-29T02:30:00", "Europe/Berlin"), 0, 0)).toBe(ms("2026-03-29T01:00:00Z"));
    expect(nextFiring(once("2026-10-25T02:30:00", "Europe/Berlin"), 0, 0)).toBe(ms("2026-10-25T00:30:00Z"));
    expect(nextFiring(once("2026-10-04T02:15:00", "Australia/Lord_Howe"), 0, 0)).toBe(ms("2026-10-03T15:30:00Z"));
    expect(nextFiring(once("2026-01-01T00:00:00.250", "Asia/Kathmandu"), 0, 0)).toBe(ms("2025-12-31T18:15:00.250Z"));
    expect(nextFiring(once("2026-01-01T00:00", "Asia/Kathmandu"), 0, 0)).toBe(ms("2025-12-31T18:15:00Z"));
  });

  test("with an offset needs no zone", () => {
    expect(nextFiring(once("2026-03-29T02:30:00+02:00", "Asia/Kathmandu"), 0, 0)).toBe(ms("2026-03-29T00:30:00Z"));
    expect(nextFiring(once("2026-03-29T02:30:00Z", "Asia/Kathmandu"), 0, 0)).toBe(ms("2026-03-29T02:30:00Z"));
  });
});

test("skip runs a firing that is on time and none that was missed", () => {
  const rule = cron("0 * * * *");
  expect(missedFirings(rule, 0, 5 * HOUR + 2000, "skip", 10)).toEqual([5 * HOUR]);
  expect(missedFirings(rule, 0, 5 * HOUR + 61_000, "skip", 10)).toEqual([]);
});

describe("checkSchedule", () => {
  test("takes what can fire, and an at that has passed", () => {
    const good = ["* * * * *", "0 0 29 2 *", "@daily", "*/5 * * * * *", "0 9 * * MON-FRI", "0 0 L * *"].map((text) =>
      cron(text),
    );
    for (const rule of [
      ...good,
      { at: "1999-01-01T00:00:00", timeZone: "Europe/Berlin" },
      { everySeconds: 5, timeZone: "UTC" },
    ]) {
      expect(checkSchedule(rule)).toBeNull();
    }
  });

  test.each([
    "61 * * * *",
    "* * * *",
    "0 0 30 2 *",
    "2026-01-01T00:00:00",
    "",
    "never",
    "* * * * * * 2026",
    "a b c d e",
    "0 0 31 4 *",
  ])('refuses the cron rule "%s" and says what to write', (text) => {
    const problem = checkSchedule(cron(text));
    expect(problem?.field).toBe("cron");
    expect(problem?.message).toMatch(/five fields|never fires/);
  });

  test.each(["Mars/Olympus", "", "+02:00", "Europe/Berlin "])('refuses the time zone "%s"', (timeZone) => {
    expect(checkSchedule({ cron: "* * * * *", timeZone })?.field).toBe("timeZone");
    expect(checkSchedule({ everySeconds: 5, timeZone })?.field).toBe("timeZone");
  });
});
