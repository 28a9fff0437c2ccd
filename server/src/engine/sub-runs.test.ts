/** How many runs one run and its sub-flows may have open at once. */
import type { FlowFileInput } from "@steward/sdk";
import { afterEach, expect, test } from "vitest";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { countOpenBelow } from "../store/sub-runs.ts";

const engines: TestEngine[] = [];
afterEach(async () => {
  for (const one of engines.splice(0).toReversed()) await one.close();
});
async function engine(subRunsMax: number): Promise<TestEngine> {
  const one = await testEngine({ start: false, limits: { subRunsMax } });
  engines.push(one);
  return one;
}

/** Calls a flow for each number up to `times`, and goes on when a call fails. */
const caller = (name: string, flow: string, times: number, wait = false, retry = {}): FlowFileInput => ({
  format: 1,
  name,
  steps: [
    {
      id: "all",
      kind: "each",
      input: { items: Array.from({ length: times }, (_, n) => n), parallel: wait ? times : 1 },
      steps: [{ id: "call", kind: "flow", input: { flow, wait }, onError: "continue", ...retry }],
    },
  ],
});
const NAP: FlowFileInput = { format: 1, name: "nap", steps: [{ id: "nap", kind: "wait", input: { event: "go" } }] };

const opened = async (it: TestEngine): Promise<number> =>
  (await it.db.admin.query({ text: "select from steward.queue" })).count;

async function refusals(it: TestEngine, run: string): Promise<readonly string[]> {
  const steps = await it.engine.listSteps(it.scope, run, 0, 200, "call");
  return steps!.items.flatMap((step) => (step.error ? [`${step.error.code}: ${step.error.message}`] : []));
}

/** Leads everything on until nothing is due; gives how many turns it took. */
async function settle(it: TestEngine, turnsMax: number): Promise<void> {
  for (let turn = 0; turn < turnsMax; turn++) {
    await it.tick();
    const { count } = await it.db.admin.query({
      text: "select from steward.queue where worker is not null or due_at <= now()",
    });
    if (count === 0) return;
    await new Promise((done) => setTimeout(done, 5));
  }
  throw new Error(`after ${turnsMax} turns there is still something to do`);
}

test("a run whose sub-flows stay open begins as many as it may, and its next calls fail with the reason", async () => {
  const it = await engine(15);
  it.flow(NAP);
  const { run, settled } = await it.run(it.flow(caller("many", "nap", 25)));
  expect(settled?.status).toBe("completed");
  const said = await refusals(it, run);
  expect(said).toHaveLength(10);
  expect(said[0]).toMatch(/^too_many_sub_runs: step call: 15 runs are open that run_/);
  expect(await opened(it)).toBe(15);
});

test("calls that wait are counted too, and their own retry policy brings them through", async () => {
  const it = await engine(12);
  it.flow({ format: 1, name: "quick", steps: [{ id: "out", kind: "set", input: { ok: true } }] });
  const retry = { retry: { times: 5, delayMs: 2000, factor: 1 } };
  const version = it.flow(caller("many", "quick", 20, true, retry));
  const { run } = await it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 0);
  const end = it.engine.waitForEnd(it.scope, run, 20_000);
  await settle(it, 400);
  expect(await refusals(it, run)).toHaveLength(8);
  it.clock.advance(2500);
  await it.lease.beat();
  await settle(it, 400);
  expect(await end).toMatchObject({ status: "completed" });
});

test("a flow that calls itself in a loop without waiting fills no queue: the whole tree is bounded", async () => {
  const it = await engine(40);
  const version = it.flow({
    format: 1,
    name: "flood",
    steps: [
      { id: "nap", kind: "wait", input: { seconds: 5 }, next: ["all"] },
      ...(caller("flood", "flood", 8).steps as never[]),
    ],
  });
  const { run } = await it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 0);
  let most = 0;
  for (let generation = 0; generation < 6; generation++) {
    it.clock.advance(6000);
    await it.lease.beat();
    await settle(it, 400);
    most = Math.max(most, await opened(it));
  }
  // 8 to the power of 6 would have been begun. What is begun within one flush is not seen by the others of that moment.
  expect(most).toBeGreaterThan(20);
  expect(most).toBeLessThan(80);
  expect(await countOpenBelow(it.db.database, it.scope, run, 1000)).toBe(await opened(it));
});

test("what is open is counted through runs that have ended, at most so far, and of one tree only", async () => {
  const it = await engine(1000);
  it.flow(NAP);
  it.flow(caller("middle", "nap", 3));
  const first = await it.run(it.flow(caller("first", "middle", 2)));
  const other = await it.run(it.flow(caller("other", "nap", 4)));
  await settle(it, 200);
  const count = (run: string, max: number): Promise<number> => countOpenBelow(it.db.database, it.scope, run, max);
  expect([await count(first.run, 100), await count(first.run, 4), await count(other.run, 100)]).toEqual([6, 4, 4]);
});

test("a run's first ten calls are not counted, also when it was let go between them", async () => {
  const it = await engine(5);
  it.flow(NAP);
  const version = it.flow({
    format: 1,
    name: "slow",
    steps: [
      {
        id: "all",
        kind: "each",
        input: { items: Array.from({ length: 12 }, (_, n) => n), parallel: 1 },
        steps: [
          { id: "call", kind: "flow", input: { flow: "nap", wait: false }, onError: "continue", next: ["nap"] },
          { id: "nap", kind: "wait", input: { seconds: 1 } },
        ],
      },
    ],
  });
  const { run } = await it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 0);
  for (let turn = 0; turn < 13; turn++) {
    await settle(it, 200);
    it.clock.advance(1500);
    await it.lease.beat();
  }
  expect(await opened(it)).toBe(10);
  expect(await refusals(it, run)).toHaveLength(2);
});
