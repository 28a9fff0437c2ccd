/** R1 to R8 (ARCHITECTURE.md) where the tests beside this one don't show them. */
import { afterEach, expect, test } from "vitest";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { applyRecord } from "../core/run/apply-record.ts";
import { newRunState } from "../core/run/state.ts";
import { inScope } from "../store/scope.ts";
import { updateRuns } from "../store/runs.ts";
import { ENGINE_LIMITS } from "./engine-parts.ts";
import { readRecords } from "./read-records.ts";

let engines: TestEngine[] = [];
afterEach(async () => {
  for (const one of engines.splice(0).toReversed()) await one.close();
  engines = [];
});
async function engine(...options: Parameters<typeof testEngine>): Promise<TestEngine> {
  const one = await testEngine(...options);
  engines.push(one);
  return one;
}
async function second(it: TestEngine, ...options: Parameters<TestEngine["another"]>): Promise<TestEngine> {
  const one = await it.another(...options);
  engines.push(one);
  return one;
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const busy = (ms: number): string =>
  `export default () => { const end = Date.now() + ${ms}; while (Date.now() < end); return { ok: true } }`;

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (await condition()) return;
    await pause(10);
  }
  throw new Error("it did not come to this within 5 s");
}

async function statusOf(it: TestEngine, run: string): Promise<string | undefined> {
  return (await it.engine.readRun(it.scope, run))?.row.status;
}

/** No flush comes to its commit until the function given back is called. */
async function holdWrites(it: TestEngine): Promise<() => Promise<void>> {
  const locked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const held = it.db.admin.transaction(async (tx) => {
    await tx.query({ text: "lock table steward.runs in access exclusive mode" });
    locked.resolve();
    await released.promise;
  });
  await locked.promise;
  return async () => {
    released.resolve();
    await held;
  };
}

test("R1: a run is accepted when its commit has returned, and not before", async () => {
  const it = await engine();
  const version = it.flow({ format: 1, name: "quick", steps: [{ id: "out", kind: "set", input: { ok: true } }] });
  let settled = false;
  const release = await holdWrites(it);
  const started = [null, "end" as const].map((wait) =>
    it.engine
      .startRun({ scope: it.scope, version, trigger: "manual", input: {} }, wait, 5000)
      .finally(() => (settled = true)),
  );
  await until(() => it.parts.journal.stats.flushes > 0);
  await pause(100);
  expect(settled).toBe(false);
  await release();
  for (const { run } of await Promise.all(started)) expect(await statusOf(it, run)).toBe("completed");
});

test("R1: nothing stays uncommitted longer than 100 ms, however long its first step takes", async () => {
  const it = await engine();
  const version = it.flow({
    format: 1,
    name: "slow",
    steps: [{ id: "code", kind: "code", input: { language: "js", source: busy(2000) } }],
  });
  let ended = false;
  const run = it.run(version).finally(() => (ended = true));
  const began = performance.now();
  await until(async () => (await it.db.admin.query({ text: "select from steward.runs" })).count === 1);
  expect(ended).toBe(false);
  expect(performance.now() - began).toBeLessThan(1000); // 100 ms on a machine that has nothing else to do
  expect(ENGINE_LIMITS.uncommittedMsMax + 20).toBeLessThanOrEqual(100);
  expect((await run).settled).toMatchObject({ status: "completed" });
});

test("R1: a start that can't be written is refused after ten seconds, not kept waiting", async () => {
  const it = await engine();
  const version = it.flow({ format: 1, name: "quick", steps: [{ id: "out", kind: "set", input: { ok: true } }] });
  const release = await holdWrites(it);
  const started = it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 0);
  const refused = started.catch((error: unknown) => error);
  await until(() => it.parts.journal.stats.flushes > 0);
  it.clock.advance(10_000);
  expect(await refused).toMatchObject({ code: "unavailable" });
  await release();
});

test("R3: what has ended stays as it ended, whoever wants to change it; a retry is a new run", async () => {
  const it = await engine();
  const version = it.flow({ format: 1, name: "end", steps: [{ id: "stop", kind: "fail", input: { message: "no" } }] });
  const { run } = await it.run(version);
  const before = await it.engine.readRun(it.scope, run);
  expect(before?.row.status).toBe("failed");
  await expect(it.engine.cancelRun(it.scope, run, "ann")).rejects.toMatchObject({ code: "run_finished" });
  await expect(it.engine.sendEvent(it.scope, run, "go", 1, "ann")).rejects.toMatchObject({ code: "run_finished" });
  const resolution = { step: null, path: null, how: "repeat", result: undefined } as const;
  await expect(it.engine.resolveEffect(it.scope, run, resolution, "ann")).rejects.toMatchObject({
    code: "run_finished",
  });
  await inScope(it.db.database, it.scope, async (tx) => {
    for (const statement of updateRuns(it.scope.project, [{ ...before!.row, status: "completed", errorCode: null }]))
      await tx.query(statement);
  });
  expect(await it.engine.readRun(it.scope, run)).toEqual(before);
  const again = await it.engine.retryRun(it.scope, run, null, "ann");
  expect(again).not.toBe(run);
  expect(await it.engine.waitForEnd(it.scope, again, 5000)).toMatchObject({ status: "failed" });
  expect((await it.engine.readRun(it.scope, again))?.row.retryOf).toBe(run);
  expect(await it.engine.readRun(it.scope, run)).toEqual(before);
});

test("R4: a run's records are gapless, and applied again they give the state the run was in", async () => {
  const it = await engine();
  it.flow({ format: 1, name: "child", steps: [{ id: "out", kind: "set", input: { n: "{{ trigger.body }}" } }] });
  const version = it.flow({
    format: 1,
    name: "parts",
    steps: [
      {
        id: "all",
        kind: "each",
        input: { items: "{{ trigger.body }}", parallel: 2 },
        steps: [
          { id: "nap", kind: "wait", input: { seconds: 0.05 }, next: ["call"] },
          { id: "call", kind: "flow", input: { flow: "child", input: "{{ item }}" } },
        ],
        next: ["count"],
      },
      {
        id: "count",
        kind: "while",
        input: { when: "{{ index < 3 }}" },
        steps: [{ id: "one", kind: "set", input: { i: "{{ index }}" } }],
      },
    ],
  });
  const { run, settled } = await it.run(version, [1, 2, 3, 4]);
  expect(settled?.status).toBe("completed");
  const { rows } = await it.db.admin.query<{ first: number; last: number }>({
    text: "select first, last from steward.segments where run = $1 order by first",
    values: [run],
  });
  expect(rows.length).toBeGreaterThan(2);
  let next = 1;
  for (const { first, last } of rows) {
    expect(first).toBe(next);
    next = last + 1;
  }
  const state = newRunState(version.compiled);
  for await (const { record } of readRecords(it.parts, it.scope, run, 1)) applyRecord(state, record);
  const row = (await it.engine.readRun(it.scope, run))!.row;
  expect([state.ended?.status, state.seq, state.stepsEnded]).toEqual([row.status, row.records, row.steps]);
  expect(state.ended?.output).toEqual(settled?.output);
  expect([state.active.size, state.ready.size, state.retries.size]).toEqual([0, 0, 0]);
});

test("R7: a run goes on with the version it began with, also on another worker", async () => {
  const it = await engine({ start: false });
  const flow = (what: string) =>
    it.flow({
      format: 1,
      name: "pinned",
      steps: [
        { id: "go", kind: "wait", input: { event: "go" }, next: ["out"] },
        { id: "out", kind: "set", input: { what } },
      ],
    });
  const version = flow("first");
  const { run } = await it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 0);
  await it.tick();
  const newer = flow("second");
  const other = await second(it);
  await other.engine.sendEvent(it.scope, run, "go", null, "ann");
  const end = other.engine.waitForEnd(it.scope, run, 5000);
  await other.tick();
  expect(await end).toMatchObject({ status: "completed", output: { what: "first" } });
  expect((await other.engine.readRun(it.scope, run))?.row.version).toBe(version.number);
  expect(newer.number).toBe(version.number + 1);
});

/** A schedule of this engine's project, as publishing would make it. */
async function schedule(it: TestEngine, everySeconds: number, missed: "skip" | "last" | "all"): Promise<string> {
  const version = it.flow({
    format: 1,
    name: "tick",
    triggers: [{ id: "tick", kind: "schedule", everySeconds, missed }],
    steps: [{ id: "out", kind: "set", input: { at: "{{ trigger.scheduledFor }}" } }],
  });
  const trigger = it.parts.ids.uuid();
  const now = it.clock.nowMs() / 1000;
  await it.db.admin.transaction(async (tx) => {
    await tx.query({ text: "set local session_replication_role = replica" }); // the flow is in memory only
    await tx.query({
      text: `insert into steward.triggers (organization, project, id, flow, name, kind, version, active)
        values ($1, $2, $3, $4, 'tick', 'schedule', $5, true)`,
      values: [it.scope.organization, it.scope.project, trigger, version.flow, version.number],
    });
    await tx.query({
      text: `insert into steward.schedules (project, trigger, rule_digest, anchor_at, due_at)
        values ($1, $2, '\\x00', to_timestamp($3), to_timestamp($4))`,
      values: [it.scope.project, trigger, now, now + everySeconds],
    });
  });
  return version.flow;
}

/** The moments for which runs of the flow were begun, in order. */
async function firings(it: TestEngine, flow: string): Promise<readonly number[]> {
  const { rows } = await it.db.admin.query<{ id: string }>({
    text: "select id from steward.runs where flow = $1 order by id",
    values: [flow],
  });
  const at: number[] = [];
  for (const { id } of rows) {
    for await (const { record } of readRecords(it.parts, it.scope, id, 1)) {
      if (record.t === "accepted") at.push(Date.parse((record.input as { scheduledFor: string }).scheduledFor));
    }
  }
  return at;
}

test("R8: a schedule fires once for each of its times, however many workers look at once", async () => {
  const it = await engine({ start: false });
  const others = [await second(it), await second(it)];
  const flow = await schedule(it, 60, "all");
  for (let minute = 0; minute < 12; minute++) {
    it.clock.advance(minute % 4 === 3 ? 200_000 : 60_000);
    await it.lease.beat();
    await Promise.all([it, ...others].map((one) => one.tick()));
  }
  const at = await firings(it, flow);
  expect(new Set(at).size).toBe(at.length);
  expect(at.length).toBeGreaterThanOrEqual(19);
  for (const [n, ms] of at.entries()) if (n > 0) expect(ms - at[n - 1]!).toBe(60_000);
});

test("R8: a clock that jumps an hour either way neither loses nor doubles a firing or a wait", async () => {
  const it = await engine({ start: false });
  const flow = await schedule(it, 60, "all");
  const version = it.flow({
    format: 1,
    name: "nap",
    steps: [
      { id: "nap", kind: "wait", input: { seconds: 600 }, next: ["out"] },
      { id: "out", kind: "set", input: { ok: true } },
    ],
  });
  const runs: string[] = [];
  const hour = 3_600_000;
  let expected = 0;
  const pass = async (minutes: number): Promise<void> => {
    for (let minute = 0; minute < minutes; minute++) {
      it.clock.advance(60_000);
      await it.lease.beat();
      await it.tick();
    }
  };
  for (const jump of [hour, -hour, -hour, hour]) {
    const { run } = await it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 0);
    runs.push(run);
    await pass(2);
    it.clock.jump(jump);
    expect(it.lease.stands()).toBe(true); // leases know no wall clock (R2)
    await it.lease.beat();
    expect(it.lease.stands()).toBe(true);
    await it.tick();
    await pass(2);
  }
  expected = Math.floor(70 + 16); // 16 minutes passed, and one forward jump beyond what had been fired
  await pass(90);
  const at = await firings(it, flow);
  expect(new Set(at).size).toBe(at.length);
  for (const [n, ms] of at.entries()) if (n > 0) expect(ms - at[n - 1]!).toBe(60_000);
  expect(at.length).toBeGreaterThan(expected);
  for (const run of runs) {
    expect(await statusOf(it, run)).toBe("completed");
    const steps = await it.engine.listSteps(it.scope, run, 0, 10, null);
    expect(steps?.items.map((step) => step.step)).toEqual(["nap", "out"]);
  }
});
