import type { Run, StepRecord } from "@steward/sdk";
import { expect, it } from "vitest";
import { runSentence } from "./sentence.ts";

const now = Date.parse("2026-11-21T10:00:10.000Z");
const run = (status: Run["status"], more: Partial<Run> = {}): Run => ({
  id: `run_${"0".repeat(26)}`,
  flow: "order",
  version: 1,
  status,
  trigger: "api",
  input: null,
  output: null,
  error: null,
  retryOf: null,
  parent: null,
  createdAt: "2026-11-21T10:00:00.000Z",
  startedAt: "2026-11-21T10:00:00.000Z",
  endedAt: null,
  usage: { steps: 0, effects: 0, bytes: 0, tokens: 0, cost: null },
  ...more,
});
const record = (step: string, status: StepRecord["status"], input: StepRecord["input"] = null): StepRecord => ({
  seq: 1,
  step,
  path: [],
  attempt: 1,
  status,
  input,
  output: null,
  error: null,
  startedAt: "2026-11-21T10:00:00.000Z",
  durationMs: null,
  copied: false,
  approval: null,
});

it("what a run is doing is said with the step", () => {
  expect(runSentence(run("running"), [record("call", "running")], now)).toBe("Running “call”, 10 s so far");
  expect(runSentence(run("running"), [], now)).toBe("Running for 10 s");
});

it("what a run waits for is said: an event, a time, or another attempt", () => {
  expect(runSentence(run("waiting"), [record("w", "waiting", { event: "approved" })], now)).toContain(
    "the event “approved” since",
  );
  expect(runSentence(run("waiting"), [record("w", "waiting", { seconds: 60 })], now)).toMatch(
    /^Waiting until \d\d:\d\d$/,
  );
  expect(runSentence(run("waiting"), [record("w", "waiting", { until: "not a time" })], now)).toContain(
    "Waiting in “w” since",
  );
  expect(runSentence(run("waiting"), [record("w", "waiting")], now)).toContain("“w”");
  expect(runSentence(run("waiting"), [], now)).toMatch(/^Waiting since/);
});

it("doubt names the steps and asks", () => {
  expect(runSentence(run("in_doubt"), [record("charge", "in_doubt")], now)).toContain(
    "“charge” may or may not have happened",
  );
});

it("an ended run tells how it ended and how long it took", () => {
  const endedAt = "2026-11-21T10:00:01.200Z";
  expect(runSentence(run("completed", { endedAt }), [], now)).toBe("Completed in 1.2 s");
  const error = { code: "x", message: "no", step: "charge" };
  expect(runSentence(run("failed", { endedAt, error }), [], now)).toBe("Failed at “charge” after 1.2 s");
  expect(runSentence(run("parked", { error }), [], now)).toBe("Set aside: no");
});
