import type { Run, StepRecord } from "@steward/sdk";
import { expect, test } from "vitest";
import { standLine, standOf } from "./run-stand.ts";

const AT = "2026-11-21T10:00:00.000Z";
const ID = "run_00000000000000000000000000";

function run(status: Run["status"], error: Run["error"] = null): Run {
  const facts = {
    flow: "order",
    version: 1,
    trigger: "manual",
    input: null,
    output: null,
    retryOf: null,
    parent: null,
  };
  return {
    id: ID,
    ...facts,
    status,
    error,
    createdAt: AT,
    startedAt: AT,
    endedAt: null,
    usage: { steps: 1, effects: 1, bytes: 1, tokens: 0, cost: null },
  };
}

function step(status: StepRecord["status"], input: StepRecord["input"], path: number[] = []): StepRecord {
  const facts = {
    seq: 1,
    step: "post",
    attempt: 1,
    output: null,
    error: null,
    durationMs: null,
    copied: false,
    approval: null,
  };
  return { ...facts, path, status, input, startedAt: AT };
}

test("a run in doubt asks to look at the other side first, and offers every way to resolve it", () => {
  expect(standOf(run("in_doubt"), [step("done", null), step("in_doubt", null)])).toEqual({
    what: "in doubt: nobody knows whether the request of step post arrived",
    next: `look at the other side first, then: steward run resolve ${ID} --done --result '<json>' | --repeat | --fail`,
  });
});

test("where several requests are in doubt the first is named, with its place in the loop", () => {
  const stand = standOf(run("in_doubt"), [step("in_doubt", null, [3, 17]), step("in_doubt", null, [4, 0])]);
  expect(stand?.what).toBe("in doubt: nobody knows whether the request of step post[3][17], and of 1 more arrived");
  expect(stand?.next).toContain(`resolve ${ID} --step post --path 3,17 --done`);
});

test("a parked run says why, and how it goes on or ends", () => {
  const stand = standOf(run("parked", { code: "run_poisonous", message: "it died three times" }), []);
  expect(stand?.what).toBe("parked: it died three times");
  expect(stand?.next).toContain(`steward run resolve ${ID} --repeat, or: steward run cancel ${ID}`);
});

test("a wait for an event gives the command that sends it, as a shell takes it", () => {
  const stand = standOf(run("waiting"), [step("waiting", { event: "it's done" })]);
  expect(standLine(ID, stand!)).toBe(
    String.raw`${ID} is waiting for the event "it's done" in step post. Next: steward run event ${ID} 'it'\''s done' '<json>'`,
  );
});

test("what goes on by itself, or has ended, needs nobody", () => {
  expect(standOf(run("running"), [step("running", null)])).toBeNull();
  expect(standOf(run("waiting"), [step("waiting", { seconds: 60 })])).toBeNull();
  expect(standOf(run("failed"), [step("in_doubt", null)])).toBeNull();
});
