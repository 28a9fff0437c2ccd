import fc from "fast-check";
import { expect, test } from "vitest";
import { fakeClock } from "../../test/engine.ts";
import type { CountRow } from "../store/rate-limits.ts";
import { createSharedCounts, type SharedCounts, type SharedCountsOptions } from "./shared-counts.ts";

const RULE = { points: 100, windowMs: 60_000 };

/** What `addCounts` does, in memory, and how often it was asked. */
function shared() {
  const rows = new Map<string, CountRow>();
  const state = { rows, asked: 0, fails: false };
  const add: SharedCountsOptions["add"] = async (added, nowMs) => {
    state.asked++;
    await Promise.resolve();
    if (state.fails) throw new Error("the database is away");
    return added.map((row) => {
      const before = rows.get(row.key);
      const next = before && before.expire > nowMs ? { ...before, points: before.points + row.points } : row;
      rows.set(row.key, next);
      return next;
    });
  };
  return { state, add };
}

function processOf(add: SharedCountsOptions["add"], clock = fakeClock()): SharedCounts {
  return createSharedCounts({ add, clock, log: () => undefined });
}

test("up to the limit is admitted, what is over is refused until the window ends and costs nothing", async () => {
  const { state, add } = shared();
  const clock = fakeClock();
  const counts = processOf(add, clock);
  for (let n = 0; n < 100; n++) expect(await counts.take("a", RULE, () => "a")).toBe(0);
  const asked = state.asked;
  for (let n = 0; n < 1000; n++) expect(await counts.take("a", RULE, () => "a")).toBeGreaterThan(59_000);
  expect(counts.overMs("a")).toBeGreaterThan(59_000);
  expect(state.asked - asked).toBeLessThanOrEqual(1);
  expect(await counts.take("b", RULE, () => "b")).toBe(0);
  clock.advance(60_000);
  expect(await counts.take("a", RULE, () => "a")).toBe(0);
  await counts.close();
});

test("a call here and there is written once a second, not each time", async () => {
  const { state, add } = shared();
  const clock = fakeClock();
  const counts = processOf(add, clock);
  for (let n = 0; n < 4; n++) await counts.take("a", RULE, () => "a");
  expect(state.asked).toBe(0);
  clock.advance(1000);
  await expect.poll(() => state.rows.get("a")?.points).toBe(4);
  expect(state.asked).toBe(1);
  await counts.close();
});

test("a restart keeps the count", async () => {
  const { add } = shared();
  const first = processOf(add);
  for (let n = 0; n < 100; n++) await first.take("a", RULE, () => "a");
  await first.close();
  const second = processOf(add);
  let admitted = 0;
  for (let n = 0; n < 200; n++) if ((await second.take("a", RULE, () => "a")) === 0) admitted++;
  expect(admitted).toBeLessThanOrEqual(10); // its share, before it has heard (S1)
  await second.close();
});

test("S1: a burst over many processes exceeds the limit by no more than a share of each", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.nat(5), { minLength: 200, maxLength: 600 }),
      async (many, order) => {
        const { add } = shared();
        const clock = fakeClock();
        const processes = Array.from({ length: many }, () => processOf(add, clock));
        const verdicts = await Promise.all(
          order.map(async (which) => await processes[which % many]!.take("a", RULE, () => "a")),
        );
        expect(verdicts.filter((verdict) => verdict === 0).length).toBeLessThanOrEqual(100 + many * 10);
        await Promise.all(processes.map((one) => one.close()));
      },
    ),
    { numRuns: 40 },
  );
});

test("S4: when the database is away each process goes on by its own count, and tells it later", async () => {
  const { state, add } = shared();
  state.fails = true;
  const counts = processOf(add);
  let admitted = 0;
  for (let n = 0; n < 300; n++) if ((await counts.take("a", RULE, () => "a")) === 0) admitted++;
  expect(admitted).toBe(100);
  state.fails = false;
  await counts.close();
  expect(state.rows.get("a")?.points).toBe(100);
});

test("a hundred thousand addresses don't make it grow", async () => {
  const { state, add } = shared();
  const counts = processOf(add);
  for (let n = 0; n < 100_000; n++) void counts.take(`a${n}`, RULE, () => `a${n}`);
  await counts.close();
  expect(state.rows.size).toBeLessThanOrEqual(10_000);
});
