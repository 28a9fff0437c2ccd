import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calendarOf, periodKey } from "../policy/caps.ts";
import { LEVELS, type PolicyRequest, type Reservation } from "../policy/decision.ts";
import { policyOf, requestOf } from "../policy/forms.testsuite.ts";
import { decide } from "../policy/decide.ts";
import { calendarOfCap, createCalendars } from "./calendars.ts";
import { arrangeCaps, findCaps, type StandingCap } from "./find-caps.ts";
import { capsOfGrant, capsOfLimit } from "./line-caps.ts";
import { periodEnd } from "./period-end.ts";
import { GrantForm, LimitForm } from "@steward/sdk";

const BUDGET: StandingCap = {
  id: "b1",
  project: "p",
  level: "project",
  subject: "",
  source: "budget",
  unit: "calls",
  currency: null,
  period: "day",
  amount: 10n,
};

const found = (request: PolicyRequest, budgets: readonly StandingCap[], decided: readonly Reservation[] = []) =>
  findCaps(request, decided, arrangeCaps(budgets));

describe("budgets that an effect counts against", () => {
  const request = requestOf({ boundAs: ["member:acc_1"] });
  test("are those of its place, its flow, its starter and each run, and nobody else's", () => {
    const budgets = [
      { ...BUDGET, id: "run", level: "run", period: "run" },
      { ...BUDGET, id: "flow", level: "flow", subject: "refund" },
      { ...BUDGET, id: "other", level: "flow", subject: "other" },
      { ...BUDGET, id: "member", level: "member", subject: "acc_1" },
      { ...BUDGET, id: "another", level: "member", subject: "acc_2" },
      { ...BUDGET, id: "all", level: "organization", project: null },
      { ...BUDGET, id: "agent", level: "agent", subject: "refund" },
      BUDGET,
    ] as const;
    const answer = found(request, budgets);
    expect(answer.kind === "found" && answer.reservations.map(({ cap }) => cap.id)).toEqual([
      "all",
      "b1",
      "member",
      "flow",
      "run",
    ]);
  });

  test("take calls of each effect, tokens and money of what costs; nothing of what does not", () => {
    const money = { ...BUDGET, id: "m", unit: "money", currency: "EUR" } as const;
    const tokens = { ...BUDGET, id: "t", unit: "tokens" } as const;
    const amounts = (estimate: PolicyRequest["estimate"]) => {
      const answer = found(requestOf({ estimate }), [money, tokens, BUDGET]);
      return answer.kind === "found" ? answer.reservations.map(({ cap, amount }) => [cap.unit, amount]) : answer.cap.id;
    };
    expect(amounts(null)).toEqual([["calls", 1n]]);
    expect(amounts({ micro: 5n, currency: "EUR", tokens: 7 })).toEqual([
      ["calls", 1n],
      ["money", 5n],
      ["tokens", 7n],
    ]);
    expect(amounts({ micro: 0n, currency: "", tokens: 7 })).toEqual([
      ["calls", 1n],
      ["tokens", 7n],
    ]);
    expect(amounts({ micro: null, currency: "EUR", tokens: 0 })).toBe("m");
    expect(amounts({ micro: 5n, currency: "USD", tokens: 0 })).toBe("m");
  });
});

test("every reservation that a decision makes has the cap that its line was given", () => {
  const grant = GrantForm.parse({
    to: "flow:refund",
    connection: "mail",
    lines: [
      { actions: ["gmail.read"] },
      {
        actions: ["gmail.send"],
        rate: [
          { times: 20, per: "day" },
          { times: 5, per: "day" },
          { times: 3, per: "hour" },
        ],
        money: [{ amount: 1.5, currency: "EUR", per: "month" }],
      },
    ],
  });
  const limit = LimitForm.parse({ lines: [{ actions: ["write"], rate: [{ times: 9, per: "run" }] }] });
  const policy = policyOf([grant], [{ ...limit, level: "organization" }]);
  const request = requestOf({ estimate: { micro: 7n, currency: "EUR", tokens: 0 } });
  const decision = decide(request, policy, Date.now());
  if (decision.kind !== "allowed") throw new Error(decision.message);
  const stored = { version: 1, createdMs: 0, granter: null };
  const caps = [
    ...capsOfGrant({ ...stored, id: "g0", form: grant }),
    ...capsOfLimit({ ...stored, id: "l0", level: "organization", form: limit }),
  ].map((cap, at): StandingCap => ({ ...cap, id: `c${at}`, project: "p", source: "grant" }));
  expect(caps.map(({ level, subject, unit, period, amount }) => [level, subject, unit, period, amount])).toEqual([
    ["grant", "grant:g0:1", "calls", "day", 5n],
    ["grant", "grant:g0:1", "calls", "hour", 3n],
    ["grant", "grant:g0:1", "money", "month", 1_500_000n],
    ["organization", "limit:l0:0", "calls", "run", 9n],
  ]);
  const answer = found(request, caps, decision.reservations);
  expect(answer.kind === "found" && answer.reservations.map(({ cap, amount }) => [cap.id, amount])).toEqual([
    ["c3", 1n],
    ["c0", 1n],
    ["c1", 1n],
    ["c2", 7n],
  ]);
  expect(() => found(request, [], decision.reservations)).toThrow("has no cap");
});

test("counters are named in one order, whatever order caps come in: two flushes never wait for each other", () => {
  const cap = fc.record({
    id: fc.uuid(),
    level: fc.constantFrom(...LEVELS.filter((level) => level !== "grant" && level !== "agent")),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(cap, { selector: ({ id }) => id, maxLength: 12 }),
      fc.infiniteStream(fc.nat()),
      (caps, random) => {
        const all = caps.map((one) => ({
          ...BUDGET,
          ...one,
          subject: one.level === "flow" ? "refund" : one.level === "member" ? "acc_1" : "",
        }));
        const order = (some: readonly StandingCap[]) => {
          const answer = found(requestOf({ boundAs: ["member:acc_1"] }), some);
          return answer.kind === "found" ? answer.reservations.map(({ cap: { id } }) => id) : [];
        };
        const shuffled = all
          .map((one) => [random.next().value, one] as const)
          .toSorted(([a], [b]) => Number(a) - Number(b));
        expect(order(shuffled.map(([, one]) => one))).toEqual(order(all));
      },
    ),
  );
});

describe("a period's end", () => {
  const zones = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "Australia/Lord_Howe"];
  const calendars = createCalendars();

  test("is the first moment of the next, in every zone, through every change of the clocks", () => {
    const moment = fc.integer({ min: Date.parse("2025-01-01T00:00:00Z"), max: Date.parse("2028-12-31T00:00:00Z") });
    const period = fc.constantFrom("hour" as const, "day" as const, "month" as const);
    fc.assert(
      fc.property(moment, period, fc.constantFrom(...zones), (nowMs, per, zone) => {
        const place = { nowMs, run: "r", calendar: calendars(zone) };
        const key = periodKey(per, place);
        const end = periodEnd(per, place)!;
        expect(end).toBeGreaterThan(nowMs);
        expect(periodKey(per, { ...place, nowMs: end - 1 })).toBe(key);
        expect(periodKey(per, { ...place, nowMs: end })).not.toBe(key);
      }),
      { numRuns: 300 },
    );
  });

  test("is none of a run, nor of all time; days of the organization are those of UTC", () => {
    const place = { nowMs: 0, run: "r", calendar: calendarOf("Pacific/Auckland") };
    expect(periodEnd("run", place)).toBeNull();
    expect(periodEnd("total", place)).toBeNull();
    const nowMs = Date.parse("2026-11-21T12:00:00Z");
    const of = (project: string | null) =>
      periodKey("day", { nowMs, run: "r", calendar: calendarOfCap({ project }, place.calendar) });
    expect([of("p"), of(null)]).toEqual(["2026-11-22", "2026-11-21"]);
  });
});
