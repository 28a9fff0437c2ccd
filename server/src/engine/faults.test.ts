/** What breaks around the engine, one fault at a time: lost answers, a full disk, silent databases, stops, unreadable runs. */
import { afterEach, expect, test } from "vitest";
import { ConnectionLostError, type Database, type Statement, type Transaction } from "../core/ports/database.ts";
import type { EffectCall, Gate, Performed } from "../core/ports/gate.ts";
import type { EffectOutcome } from "../core/step-kind.ts";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { seeded } from "../../test/seeded.ts";
import { auditFaults } from "../../test/audit-faults.ts";

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

const answered: EffectOutcome = { kind: "done", result: { status: 200, headers: {}, body: "ok" } };

/** A gate that commits each intent with an audit entry and then does what the test says. */
function auditedGate(
  perform: (call: EffectCall) => Promise<EffectOutcome> | EffectOutcome = () => answered,
): Gate & { readonly sent: EffectCall[] } {
  const sent: EffectCall[] = [];
  const entry = (call: EffectCall, action: string) => ({
    atMs: 0,
    project: call.project,
    actor: "flow:test",
    action,
    target: call.run,
    facts: {},
  });
  return {
    sent,
    async perform(call): Promise<Performed> {
      await call.intend({ audit: [entry(call, "effect.intent")], reservations: [] });
      if (call.signal.aborted || !call.mayProceed())
        return {
          outcome: { kind: "refused", code: "cancelled", message: "cancelled" },
          audit: [],
          settle: [],
          usage: null,
        };
      sent.push(call);
      return { outcome: await perform(call), audit: [entry(call, "effect.outcome")], settle: [], usage: null };
    },
  };
}

const post = (input: object = {}, more: readonly object[] = []) => ({
  format: 1 as const,
  name: "post",
  steps: [
    { id: "send", kind: "http", input: { method: "POST", url: "https://example.com/", ...input }, next: ["out"] },
    { id: "out", kind: "set", input: { status: "{{ steps.send.status }}" } },
    ...more,
  ] as never,
});
const code = (ms: number) => ({
  kind: "code",
  input: {
    language: "js",
    source: `export default () => { const end = Date.now() + ${ms}; while (Date.now() < end); return 1 }`,
  },
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (await condition()) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error("it did not come to this within 5 s");
}

async function statusOf(it: TestEngine, run: string): Promise<string | undefined> {
  return (await it.engine.readRun(it.scope, run))?.row.status;
}

function start(it: TestEngine, version: Parameters<TestEngine["run"]>[0]) {
  return it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 0);
}

/** As if its process had been killed. */
function crash(it: TestEngine): void {
  for (const run of it.parts.live.values()) run.gone = true;
  it.parts.live.clear();
}

const wrap = (real: Database): Database => ({
  query: (statement) => real.query(statement),
  pipeline: (statements) => real.pipeline(statements),
  transaction: (act) => real.transaction(act),
});

const isFlush = (statements: readonly Statement<object>[]): boolean =>
  statements.some(({ name = "" }) => /^(?:insert|update)_(?:runs|segments)_/.test(name));

/** A database whose flushes go through `around`, which runs them (or not) and says what the journal hears. */
function broken(around: (write: () => Promise<unknown>) => Promise<unknown>) {
  return (real: Database): Database => ({
    query: (statement) => real.query(statement),
    async pipeline(statements) {
      if (!isFlush(statements)) return real.pipeline(statements);
      return (await around(() => real.pipeline(statements))) as never;
    },
    async transaction<T>(act: (tx: Transaction) => Promise<T>) {
      return (await around(() => real.transaction(act))) as T;
    },
  });
}

const lost = (committed: "no" | "unknown"): ConnectionLostError =>
  new ConnectionLostError(committed, { cause: new Error("the test cut the connection") });
const outOfDisk = (): Error => Object.assign(new Error("could not extend file"), { severity: "ERROR", code: "53100" });

test("R4 R5: commits whose answers are lost are known by their own bytes, and the audit chains go on", async () => {
  const seed = 20_261_121;
  const random = seeded(seed);
  const gate = auditedGate();
  const it = await engine({
    gate,
    lanes: 2,
    database: broken(async (write) => {
      const fate = random();
      if (fate < 0.2) throw lost("no");
      if (fate < 0.35) throw lost("unknown");
      const answer = await write();
      if (fate < 0.6) throw lost("unknown");
      return answer;
    }),
  });
  const version = it.flow(post());
  for (let round = 0; round < 20; round++) {
    const both = await Promise.all([it.run(version), it.run(version)]);
    expect(both.map((one) => one.settled?.status)).toEqual(["completed", "completed"]);
  }
  expect(new Set(gate.sent.map((call) => call.run)).size).toBe(40);
  expect(gate.sent).toHaveLength(40);
  const faults = await auditFaults(it.db.admin);
  expect(faults).toEqual([]);
  const { rows } = await it.db.admin.query<{ count: number }>({
    text: "select sum(jsonb_array_length(entries)) as count from steward.audit_batches",
  });
  expect(rows[0]!.count).toBe(80);
});

test("R2 R5: who was taken over while its commit's answer was lost doesn't take the other's records for its own", async () => {
  const cut = Promise.withResolvers<void>();
  let flushes = 0;
  let cutting = false;
  const gate = auditedGate();
  const it = await engine({
    gate,
    start: false,
    database: broken(async (write) => {
      if (++flushes !== 1) return write();
      cutting = true;
      await cut.promise; // nothing of the intent is written, and nobody says so
      throw lost("unknown");
    }),
  });
  const version = it.flow(post());
  // Accepted and begun by another worker, so that the first flush of this one is the intent.
  const starter = await second(it, { start: false, gate, database: (real) => real, limits: { liveRunsMax: 0 } });
  const { run } = await start(starter, version);
  const claiming = it.tick();
  await until(() => cutting);
  await it.db.admin.query({ text: "update steward.queue set worker = null, fence = fence + 1, due_at = '-infinity'" });
  const other = auditedGate();
  const next = await second(it, { start: false, gate: other, database: (real) => real });
  const end = next.engine.waitForEnd(it.scope, run, 5000);
  await next.tick();
  expect(await end).toMatchObject({ status: "completed" });
  cut.resolve();
  await claiming;
  await until(() => !it.parts.live.has(run));
  expect([gate.sent.length, other.sent.length]).toEqual([0, 1]);
});

test("a full disk keeps runs waiting, refuses new ones, counts no crash, and all goes on when there is room", async () => {
  let full = false;
  const it = await engine({
    gate: auditedGate(),
    database: broken((write) => (full ? Promise.reject(outOfDisk()) : write())),
  });
  const nap = it.flow({
    format: 1,
    name: "nap",
    steps: [
      { id: "nap", kind: "wait", input: { event: "go" }, next: ["out"] },
      { id: "out", kind: "set", input: { ok: true } },
    ],
  });
  const { run } = await start(it, nap);
  await until(async () => (await statusOf(it, run)) === "waiting");
  const end = it.engine.waitForEnd(it.scope, run, 30_000);
  await it.engine.sendEvent(it.scope, run, "go", null, "ann");
  full = true;
  const late = start(it, nap);
  await until(() => {
    it.clock.advance(200);
    return it.parts.journal.stalled();
  });
  await expect(start(it, nap)).rejects.toMatchObject({ code: "unavailable" });
  full = false;
  expect(await end).toMatchObject({ status: "completed" });
  expect((await late).run).toMatch(/^\w{8}-/);
  await until(() => !it.parts.journal.stalled());
  const { rows } = await it.db.admin.query<{ crashes: number }>({
    text: "select max(crashes) as crashes from steward.queue",
  });
  expect(rows[0]!.crashes).toBe(0);
  const { count } = await it.db.admin.query({ text: "select from steward.runs where status = 'parked'" });
  expect(count).toBe(0);
});

test("R2: workers that could not beat while the database was away don't take each other for gone", async () => {
  const it = await engine({ start: false });
  const other = await second(it);
  for (const one of [it, other, it]) await one.lease.beat();
  it.clock.advance(60_000);
  expect(it.lease.stands()).toBe(false);
  for (const one of [it, other]) await one.lease.beat();
  expect([it.lease.stands(), other.lease.stands()]).toEqual([true, true]);
  // One that is really gone is still found, after the whole lease.
  for (let beats = 0; beats < 3; beats++) {
    it.clock.advance(8000);
    await it.lease.beat();
  }
  expect(it.logs.join("\n")).toContain(`worker ${other.parts.worker} has not been heard of`);
});

test("R2: a worker that was taken for gone lets go of what it led, and goes on as a new one", async () => {
  const answers: ((outcome: EffectOutcome) => void)[] = [];
  const gate = auditedGate(() => new Promise((done) => answers.push(done)));
  const it = await engine({ start: false, gate: auditedGate() });
  const frozen = await second(it, { gate });
  const version = it.flow(post());
  const { run } = await start(frozen, version);
  await until(() => answers.length === 1);
  const former = frozen.parts.worker;
  for (let beats = 0; beats < 3; beats++) {
    await it.lease.beat();
    it.clock.advance(8000);
  }
  await it.lease.beat();
  await it.tick();
  await until(async () => (await statusOf(it, run)) === "in_doubt");

  // It wakes: the answer that came meanwhile is nobody's any more.
  await frozen.lease.beat();
  answers[0]!(answered);
  expect([frozen.parts.live.size, frozen.lease.stands()]).toEqual([0, true]);
  expect(frozen.parts.worker).not.toBe(former);
  expect(await statusOf(it, run)).toBe("in_doubt");
  // What is new is led by it again, and written under the new one's name.
  const next = await start(frozen, version);
  await until(() => answers.length === 2);
  const { rows } = await it.db.admin.query<{ worker: string }>({
    text: "select worker from steward.queue where run = $1",
    values: [next.run],
  });
  expect(rows).toEqual([{ worker: frozen.parts.worker }]);
  answers[1]!(answered);
  await until(async () => (await statusOf(it, next.run)) === "completed");
  expect(gate.sent).toHaveLength(2);
});

test("R2: runs that a worker claimed or was loading when it was taken for gone are not led by it", async () => {
  const it = await engine({ start: false });
  let held: PromiseWithResolvers<void> | null = null;
  const slow = await second(it, {
    database: (real) => ({
      ...wrap(real),
      async query(statement) {
        await held?.promise;
        return await real.query(statement);
      },
      async transaction<T>(act: (tx: Transaction) => Promise<T>) {
        await held?.promise;
        return await real.transaction(act);
      },
    }),
  });
  const version = it.flow({ format: 1, name: "nap", steps: [{ id: "nap", kind: "wait", input: { event: "go" } }] });
  const { run } = await start(it, version);
  await it.tick();
  held = Promise.withResolvers<void>();
  let claiming: Promise<unknown> = Promise.resolve();
  await until(async () => {
    const { count } = await it.db.admin.query({
      text: "select from steward.queue where worker = $1",
      values: [slow.parts.worker],
    });
    if (count === 1) return true;
    // The other one may have heard of the run late, and taken it first.
    await it.db.admin.query({ text: "update steward.queue set due_at = '-infinity' where worker is null" });
    claiming = slow.worker.claim();
    return false;
  });
  await it.db.admin.query({ text: "delete from steward.workers where id = $1", values: [slow.parts.worker] });
  await slow.lease.beat();
  held.resolve();
  await claiming;
  // Unless it has claimed it anew by then, under the name that it has now.
  await until(async () => {
    const { rows } = await it.db.admin.query<{ worker: string | null }>({ text: "select worker from steward.queue" });
    return slow.parts.live.size === (rows[0]?.worker === slow.parts.worker ? 1 : 0);
  });
  await it.engine.sendEvent(it.scope, run, "go", 7, "ann");
  const end = it.engine.waitForEnd(it.scope, run, 5000);
  await it.worker.reconcile();
  await it.tick();
  expect(await end).toMatchObject({ status: "completed", output: 7 });
});

test("R2: a worker that can't register anew leads nothing and tries again; one that resigned stays off the list", async () => {
  const it = await engine({ start: false });
  const listed = async (): Promise<number> => (await it.db.admin.query({ text: "select from steward.workers" })).count;
  await it.db.admin.query({ text: "delete from steward.workers" });
  await it.db.admin.query({ text: "revoke insert on steward.workers from steward_dispatch" });
  await expect(it.lease.beat()).rejects.toThrow(/permission denied/);
  expect([it.lease.stands(), await listed()]).toEqual([false, 0]);
  await it.lost; // nothing that passes by itself: the process is told to end
  await it.db.admin.query({ text: "grant insert on steward.workers to steward_dispatch" });
  await Promise.all([it.lease.beat(), it.lease.beat()]);
  expect([it.lease.stands(), await listed()]).toEqual([true, 1]);
  await it.db.admin.query({ text: "delete from steward.workers" });
  it.lease.resign();
  await it.lease.beat();
  expect([it.lease.stands(), await listed()]).toEqual([false, 0]);
});

test("R2: a worker that was taken over writes nothing while the other leads the run, and sends nothing more", async () => {
  const answers: ((outcome: EffectOutcome) => void)[] = [];
  const held = (): Promise<EffectOutcome> => new Promise((done) => answers.push(done));
  const gate = auditedGate(held);
  const it = await engine({ gate, start: false });
  const { run } = await start(
    it,
    it.flow({
      format: 1,
      name: "two",
      steps: [
        { id: "first", kind: "http", input: { method: "GET", url: "https://example.com/" }, next: ["second"] },
        { id: "second", kind: "http", input: { method: "GET", url: "https://example.com/" } },
      ],
    }),
  );
  await until(() => answers.length === 1);
  await it.db.admin.query({ text: "update steward.queue set worker = null, fence = fence + 1, due_at = '-infinity'" });
  const other = auditedGate(held);
  const next = await second(it, { start: false, gate: other });
  await next.tick();
  await until(() => answers.length === 2);
  answers[0]!(answered); // the first worker believes that it leads the run, and that its lease stands
  await until(() => !it.parts.live.has(run));
  expect([gate.sent.length, other.sent.length]).toEqual([1, 1]);
  const end = next.engine.waitForEnd(it.scope, run, 5000);
  answers[1]!({ kind: "done", result: { status: 204, headers: {}, body: null } });
  await until(() => answers.length === 3);
  answers[2]!({ kind: "done", result: { status: 205, headers: {}, body: null } });
  expect(await end).toMatchObject({ status: "completed", output: { status: 205 } });
  const steps = await next.engine.listSteps(it.scope, run, 0, 10, null);
  expect(steps?.items.map((step) => (step.output as { status: number }).status)).toEqual([204, 205]);
  expect(await auditFaults(it.db.admin)).toEqual([]);
});

test("R2: what a lapsed lease held back is sent when the lease stands again; the run has not failed for it", async () => {
  const gate = auditedGate();
  let hold: Promise<unknown> | null = null;
  const it = await engine({
    gate,
    start: false,
    database: broken(async (write) => {
      await hold;
      return write();
    }),
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  hold = promise; // the intent is written while the database is away for eleven seconds
  const started = start(it, it.flow(post()));
  await until(() => it.parts.journal.stats.flushes === 1 || it.parts.uncommitted.size > 0);
  it.clock.advance(11_000);
  expect(it.lease.stands()).toBe(false);
  resolve();
  const { run } = await started.catch(() => ({ run: [...it.parts.live.keys()][0]! }));
  await until(() => it.parts.live.get(run)?.committed === 2);
  for (let looks = 0; looks < 5; looks++) it.clock.advance(300);
  expect([gate.sent.length, await statusOf(it, run)]).toEqual([0, "running"]);
  const end = it.engine.waitForEnd(it.scope, run, 5000);
  await it.lease.beat();
  it.clock.advance(300);
  expect(await end).toMatchObject({ status: "completed", output: { status: 200 } });
  expect(gate.sent).toHaveLength(1);
});

test("R6: what was closed before its first byte, for the worker heard nothing, is sent later and has not failed", async () => {
  let silent = 2;
  const outcome = (): EffectOutcome =>
    silent-- > 0 ? { kind: "refused", code: "cancelled", message: "this worker can't hear a stop" } : answered;
  const gate = auditedGate(outcome);
  const it = await engine({ gate });
  expect((await it.run(it.flow(post()))).settled).toMatchObject({ status: "completed", output: { status: 200 } });
  expect(gate.sent).toHaveLength(3);
});

test("R6: a worker that hears nothing sends nothing, for it could not be told to stop; what it held back is sent later", async () => {
  const silences: (() => void)[] = [];
  const returns: (() => void)[] = [];
  const gate = auditedGate();
  const it = await engine({
    gate,
    notifications: (real) => ({
      listen: (channel, handler) => real.listen(channel, handler),
      notify: (channel, payload) => real.notify(channel, payload),
      onSilence: (handler) => void silences.push(handler),
      onReconnect: (handler) => void returns.push(handler),
    }),
  });
  const version = it.flow(post());
  for (const tell of silences) tell();
  const run = it.run(version);
  await until(() => it.parts.live.size === 1 && [...it.parts.live.values()][0]!.committed >= 2);
  await new Promise((done) => setTimeout(done, 50));
  expect(gate.sent).toEqual([]);
  for (const tell of returns) tell();
  it.clock.advance(300);
  expect((await run).settled).toMatchObject({ status: "completed", output: { status: 200 } });
  expect(gate.sent).toHaveLength(1);
});

test("R2: a write under a fence that was taken is lost, also before the other has written anything", async () => {
  let answer: (outcome: EffectOutcome) => void = () => undefined;
  const it = await engine({ gate: auditedGate(() => new Promise((done) => (answer = done))), start: false });
  const { run } = await start(it, it.flow(post()));
  await until(() => it.parts.live.get(run)?.committed === 2);
  await it.db.admin.query({ text: "update steward.queue set worker = gen_random_uuid(), fence = fence + 1" });
  answer(answered);
  await until(() => !it.parts.live.has(run));
  const { rows } = await it.db.admin.query<{ last: number }>({
    text: "select max(last) as last from steward.segments",
  });
  expect(rows).toEqual([{ last: 2 }]);
  expect(await statusOf(it, run)).toBe("running");
});

test("R2: what a worker holds that is not on the list goes on elsewhere", async () => {
  const it = await engine({ start: false });
  const version = it.flow({ format: 1, name: "nap", steps: [{ id: "nap", kind: "wait", input: { seconds: 1 } }] });
  const { run } = await start(it, version);
  await it.tick();
  await it.db.admin.query({ text: "update steward.queue set worker = gen_random_uuid(), due_at = '-infinity'" });
  it.clock.advance(2000);
  const end = it.engine.waitForEnd(it.scope, run, 5000);
  await it.worker.reconcile();
  await it.tick();
  expect(await end).toMatchObject({ status: "completed" });
});

test("R5: an intent whose sender was let go without a crash stands in doubt, it is not waited for", async () => {
  const it = await engine({ gate: auditedGate(() => new Promise(() => undefined)), start: false });
  const { run } = await start(it, it.flow(post()));
  await until(
    async () => (await it.db.admin.query({ text: "select from steward.segments where last >= 2" })).count > 0,
  );
  crash(it);
  await it.db.admin.query({
    text: "update steward.queue set worker = null, fence = fence + 1, crashes = 0, due_at = '-infinity'",
  });
  const next = await second(it, { start: false, gate: auditedGate() });
  await next.tick();
  await until(async () => (await statusOf(next, run)) === "in_doubt");
});

test("R5: a worker that stops writes what it knows, so that nobody has to ask what became of an effect", async () => {
  const it = await engine({ gate: auditedGate(), start: false });
  const version = it.flow({
    format: 1,
    name: "stop",
    steps: [
      { id: "send", kind: "http", input: { method: "POST", url: "https://example.com/" }, next: ["work"] },
      { id: "work", ...code(700), next: ["out"] },
      { id: "out", kind: "set", input: { status: "{{ steps.send.status }}" } },
    ],
  });
  const { run } = await start(it, version);
  await until(() => [...it.parts.live.values()].some((one) => one.state.stepsEnded === 1));
  await it.worker.stop(50);
  const gate = auditedGate();
  const next = await second(it, { start: false, gate });
  const end = next.engine.waitForEnd(it.scope, run, 5000);
  await next.tick();
  expect(await end).toMatchObject({ status: "completed", output: { status: 200 } });
  expect(gate.sent).toHaveLength(0);
});

test("R1: a worker that stops commits what it has accepted at once", async () => {
  const it = await engine({ start: false });
  const version = it.flow({ format: 1, name: "slow", steps: [{ id: "work", ...code(1500) }] });
  const started = start(it, version);
  await until(() => it.parts.uncommitted.size === 1);
  const stopping = it.worker.stop(3000);
  const { run } = await started;
  expect([...it.parts.live.keys()]).toEqual([run]); // its step still works
  await stopping;
  expect(await statusOf(it, run)).toBe("completed");
  expect((await it.db.admin.query({ text: "select from steward.queue" })).count).toBe(0);
});

test("a run that can't be read is parked with its reason, and the others go on", async () => {
  const it = await engine({ start: false });
  const version = it.flow({ format: 1, name: "nap", steps: [{ id: "nap", kind: "wait", input: { event: "go" } }] });
  const bad = await start(it, version);
  const good = await start(it, version);
  await it.tick();
  await it.db.admin.query({ text: "update steward.segments set body = '\\x0102' where run = $1", values: [bad.run] });
  await it.db.admin.query({ text: "update steward.queue set due_at = '-infinity' where run = $1", values: [bad.run] });
  for (let turn = 0; turn < 5; turn++) {
    await it.tick();
    it.clock.advance(1500);
    await it.lease.beat();
  }
  await it.tick();
  expect(await it.engine.readRun(it.scope, bad.run)).toMatchObject({
    row: { status: "parked" },
    error: { code: "run_unreadable", message: expect.stringMatching(/could not be read three times/) as unknown },
  });
  const end = it.engine.waitForEnd(it.scope, good.run, 5000);
  await it.engine.sendEvent(it.scope, good.run, "go", 1, "ann");
  await it.tick();
  expect(await end).toMatchObject({ status: "completed" });
  expect((await it.db.admin.query({ text: "select from steward.queue where worker is not null" })).count).toBe(0);
});
