import type { StepRecord, StepStatus } from "@steward/sdk";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withRecords } from "./records.ts";
import { type Fold, iterationCounts, keysAround, nestedRows, type Row, visibleRows } from "./rows.ts";
import { placeOf, scaleOf, ticksOf } from "./scale.ts";
import { structureOf } from "./structure.ts";

const T0 = Date.parse("2026-11-21T10:00:00.000Z");
let seq = 0;
const record = (
  step: string,
  path: number[],
  atMs: number,
  status: StepStatus = "done",
  more: Partial<StepRecord> = {},
): StepRecord => ({
  seq: (seq += 1),
  step,
  path,
  attempt: 1,
  status,
  input: null,
  output: null,
  error: null,
  startedAt: new Date(T0 + atMs).toISOString(),
  durationMs: status === "running" || status === "waiting" || status === "in_doubt" ? null : 10,
  copied: false,
  approval: null,
  ...more,
});

const structure = structureOf({
  steps: [
    { id: "start", kind: "set" },
    {
      id: "each",
      kind: "each",
      steps: [
        { id: "call", kind: "http", name: "Call it" },
        { id: "mark", kind: "set" },
      ],
    },
    { id: "outer", kind: "each", steps: [{ id: "inner", kind: "while", steps: [{ id: "deep", kind: "set" }] }] },
  ],
});
const show = (records: StepRecord[], folds: [string, Fold][] = []) =>
  visibleRows(nestedRows(withRecords(new Map(), records), structure), new Map(folds)).map(
    (row: Row) => `${"  ".repeat(row.depth)}${row.kind === "step" ? row.step : `#${row.index}`} ${row.status}`,
  );

describe("the structure of a version", () => {
  it("knows names, kinds and the loops around each step", () => {
    expect(structure.get("deep")).toMatchObject({ loops: ["outer", "inner"], kind: "set", name: "deep" });
    expect(structure.get("call")).toMatchObject({ name: "Call it", loops: ["each"] });
  });

  it("of something that is no flow file is empty, and `__proto__` is a step like any other", () => {
    for (const value of [null, [], "x", { steps: 1 }, { steps: [null, 1, { id: 2 }] }]) {
      expect(structureOf(value).size).toBe(0);
    }
    expect(structureOf({ steps: [{ id: "__proto__", kind: "set" }] }).get("__proto__")?.kind).toBe("set");
  });
});

describe("the rows of a timeline", () => {
  it("nest the steps of each iteration below their loop, in the order they began", () => {
    const records = [
      record("each", [], 5, "running"),
      record("mark", [0], 20),
      record("call", [1], 9, "failed"),
      record("call", [0], 8),
      record("start", [], 0),
    ];
    expect(show(records)).toEqual([
      "start done",
      "each running",
      "  #0 done",
      "    call done",
      "    mark done",
      "  #1 failed",
      "    call failed",
    ]);
  });

  it("nest loops in loops, and leave the iteration's row out where the body is one step", () => {
    expect(show([record("deep", [0, 0], 1), record("deep", [0, 1], 2), record("deep", [1, 0], 3)])).toEqual([
      "outer running",
      "  inner running",
      "    deep done",
      "    deep done",
      "  inner running",
      "    deep done",
    ]);
  });

  it("keep the attempts of a step in one row, whose state is that of the last", () => {
    const records = [record("start", [], 0, "failed"), record("start", [], 50, "done", { attempt: 2 })];
    const [row] = nestedRows(withRecords(new Map(), records), structure);
    expect(row).toMatchObject({ status: "done", startMs: T0, endMs: T0 + 60 });
    expect(row?.attempts.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it("fold a loop of many iterations to one row with counts, and open it whole or by what went wrong", () => {
    const records = Array.from({ length: 200 }, (_, index) =>
      record("call", [index], index, index % 50 === 7 ? "failed" : "done"),
    );
    expect(show(records)).toEqual(["each running"]);
    const [row] = nestedRows(withRecords(new Map(), records), structure);
    expect(row && iterationCounts(row)).toEqual({ total: 200, done: 196, failed: 4, open: 0 });
    expect(show(records, [["each@", "open"]])).toHaveLength(201);
    expect(show(records, [["each@", "trouble"]])).toEqual([
      "each running",
      ...[7, 57, 107, 157].map((n) => `  #${n} failed`),
    ]);
  });

  it("of steps that the version doesn't know stand at the top", () => {
    expect(show([record("stranger", [3], 0)])).toEqual(["stranger done"]);
  });

  it("show every record once when all is open, whatever order they arrive in", () => {
    const step = fc.constantFrom<[string, number]>(["start", 0], ["each", 0], ["call", 1], ["mark", 1], ["deep", 2]);
    const arrivals = fc.array(fc.tuple(step, fc.nat(30), fc.nat(3), fc.nat(500)), { maxLength: 60 });
    fc.assert(
      fc.property(arrivals, (all) => {
        const records = all.map(([[id, depth], a, b, at]) => record(id, [a, b].slice(0, depth), at));
        const once = withRecords(new Map(), records);
        const keys = new Set(records.map((one) => `${one.step}@${one.path.join(".")}`));
        const folds = new Map<string, Fold>(
          records.flatMap((one) => keysAround(one, structure)).map((key) => [key, "open"]),
        );
        const rows = visibleRows(nestedRows(once, structure), folds);
        const shown = rows.filter((row) => row.kind === "step" && row.attempts.length > 0).map(({ key }) => key);
        expect(new Set(shown)).toEqual(keys);
        expect(shown).toHaveLength(keys.size);
        const shuffled = withRecords(withRecords(new Map(), records.toReversed()), records);
        expect(
          visibleRows(nestedRows(shuffled, structure), folds)
            .map(({ key }) => key)
            .toSorted(),
        ).toEqual(rows.map(({ key }) => key).toSorted());
      }),
    );
  });
});

describe("records", () => {
  it("of the same attempt replace each other, but what is settled stays so", () => {
    const running = record("start", [], 0, "running");
    const doubt = { ...running, status: "in_doubt" as const };
    const done = { ...running, status: "done" as const, durationMs: 10 };
    expect([...withRecords(new Map(), [running, doubt, done]).values()]).toEqual([done]);
    expect([...withRecords(withRecords(new Map(), [done]), [running, doubt]).values()]).toEqual([done]);
  });

  it("are the same when nothing arrived", () => {
    const records = withRecords(new Map(), [record("start", [], 0)]);
    expect(withRecords(records, [])).toBe(records);
  });
});

describe("the scale", () => {
  it("places bars within the line", () => {
    const scale = scaleOf(1000, 2000);
    expect(placeOf(scale, 1250, 1500)).toEqual({ left: 0.25, width: 0.25 });
    expect(placeOf(scale, 0, 9000)).toEqual({ left: 0, width: 1 });
    expect(placeOf(scaleOf(5, 5), 5, 5)).toEqual({ left: 0, width: 0 });
  });

  it("has few round ticks for any span", () => {
    expect(ticksOf(scaleOf(0, 1000), 6)).toEqual([0, 200, 400, 600, 800]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2e12 }), fc.integer({ min: 2, max: 12 }), (span, count) => {
        const ticks = ticksOf(scaleOf(0, span), count);
        expect(ticks.length).toBeLessThanOrEqual(count + 1);
        expect(ticks[0]).toBe(0);
        expect(ticks.at(-1) ?? 0).toBeLessThanOrEqual(span);
      }),
    );
  });
});
