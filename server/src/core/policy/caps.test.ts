import * as fc from "fast-check";
import { expect, test } from "vitest";
import { calendarOf, judgeReservation, microText, periodKey, toMicro } from "./caps.ts";

const HOUR_MS = 3_600_000;
const berlin = calendarOf("Europe/Berlin");

function key(period: Parameters<typeof periodKey>[0], at: string, calendar = berlin): string {
  return periodKey(period, { nowMs: Date.parse(at), run: "run_1", calendar });
}

test("a day is a day of the zone, however long it is", () => {
  expect(key("day", "2026-03-28T22:59:59Z")).toBe("2026-03-28");
  expect(key("day", "2026-03-28T23:00:00Z")).toBe("2026-03-29");
  expect(key("day", "2026-03-29T21:59:59Z")).toBe("2026-03-29"); // 23 hours
  expect(key("day", "2026-03-29T22:00:00Z")).toBe("2026-03-30");
  expect(key("day", "2026-10-24T22:00:00Z")).toBe("2026-10-25");
  expect(key("day", "2026-10-25T22:59:59Z")).toBe("2026-10-25"); // 25 hours
  expect(key("day", "2026-10-25T23:00:00Z")).toBe("2026-10-26");
  expect(key("day", "2011-12-30T09:59:59Z", calendarOf("Pacific/Apia"))).toBe("2011-12-29");
  expect(key("day", "2011-12-30T10:00:00Z", calendarOf("Pacific/Apia"))).toBe("2011-12-31"); // a day left out
});

test("a month is a month of the zone", () => {
  expect(key("month", "2026-12-31T22:59:59Z")).toBe("2026-12");
  expect(key("month", "2026-12-31T23:00:00Z")).toBe("2027-01");
  expect(key("month", "2027-01-01T04:59:59Z", calendarOf("America/New_York"))).toBe("2026-12");
});

test("the hour that comes twice is two hours, and every hour has 60 minutes", () => {
  const summer = key("hour", "2026-10-25T00:30:00Z");
  const winter = key("hour", "2026-10-25T01:30:00Z");
  expect([summer, winter]).toEqual(["2026-10-25T00:00Z", "2026-10-25T01:00Z"]);
  for (const zone of ["UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"]) {
    const calendar = calendarOf(zone);
    fc.assert(
      fc.property(fc.integer({ min: 946_684_800_000, max: 4_102_444_800_000 }), (nowMs) => {
        const at = (ms: number): string => periodKey("hour", { nowMs: ms, run: "", calendar });
        const began = Date.parse(at(nowMs));
        expect(nowMs - began).toBeGreaterThanOrEqual(0);
        expect(nowMs - began).toBeLessThan(HOUR_MS);
        expect(at(began)).toBe(at(nowMs));
        expect(at(began + HOUR_MS)).not.toBe(at(nowMs));
      }),
    );
  }
  expect(key("hour", "2026-01-01T10:10:00Z", calendarOf("Asia/Kolkata"))).toBe("2026-01-01T09:30Z"); // 15:00 there
});

test("keys of a period follow the wall clock of the zone", () => {
  for (const zone of ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]) {
    const calendar = calendarOf(zone);
    const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (nowMs) => {
        expect(periodKey("day", { nowMs, run: "", calendar })).toBe(format.format(nowMs));
      }),
    );
  }
});

test("a run is one counter for all its life, and a total never changes", () => {
  expect(key("run", "2026-01-01T00:00:00Z")).toBe("run_1");
  expect(key("total", "2026-01-01T00:00:00Z")).toBe(key("total", "2099-01-01T00:00:00Z"));
});

test("amounts are exact to the last of six decimals", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 9_000_000_000_000n }), (micro) => {
      const text = `${micro / 1_000_000n}.${(micro % 1_000_000n).toString().padStart(6, "0")}`;
      expect(toMicro(Number(text))).toBe(micro);
      expect(toMicro(Number(microText(micro).replaceAll(",", "")))).toBe(micro);
    }),
  );
  expect([0.1 + 0.2].map((sum) => Number(sum.toFixed(6))).map(toMicro)).toEqual([300_000n]);
  expect(toMicro(1_000_000_000)).toBe(1_000_000_000_000_000n);
  for (const wrong of [-1, 1e-7, 0.1234567, Number.NaN, 1e21]) expect(() => toMicro(wrong)).toThrow("invariant");
});

test.each([
  [0n, "0"],
  [1n, "0.000001"],
  [500_000n, "0.50"],
  [1_000_000_000n, "1,000"],
  [1_234_567_890_000n, "1,234,567.89"],
  [-2_500_000n, "-2.50"],
])("%s microunits are written %s", (micro, text) => expect(microText(micro)).toBe(text));

test("what is granted never passes the maximum, and waiting is for what others may give back", () => {
  const amount = fc.bigInt({ min: 0n, max: 20n });
  fc.assert(
    fc.property(amount, amount, amount, amount, (spent, reserved, max, wanted) => {
      const verdict = judgeReservation({ spent, reserved, max, amount: wanted });
      expect(verdict === "granted").toBe(spent + reserved + wanted <= max);
      const ifGivenBack = judgeReservation({ spent, reserved: 0n, max, amount: wanted });
      expect(verdict === "exceeded").toBe(ifGivenBack === "exceeded");
    }),
  );
  expect(judgeReservation({ spent: 5n, reserved: 4n, max: 10n, amount: 2n })).toBe("waits");
  expect(() => judgeReservation({ spent: 0n, reserved: 0n, max: 1n, amount: -1n })).toThrow("invariant");
});
