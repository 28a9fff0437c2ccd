import { afterEach, expect, test } from "vitest";
import type { EffectCall, Gate, Performed } from "../core/ports/gate.ts";
import type { EffectOutcome } from "../core/step-kind.ts";
import { testEngine, type TestEngine } from "../../test/engine.ts";

let engines: TestEngine[] = [];
afterEach(async () => {
  for (const one of engines.splice(0).toReversed()) await one.close();
  engines = [];
});

/** A gate that commits each intent and then does what the test says. */
function scriptedGate(
  perform: (call: EffectCall) => Promise<EffectOutcome> | EffectOutcome,
): Gate & { readonly sent: EffectCall[] } {
  const sent: EffectCall[] = [];
  return {
    sent,
    async perform(call): Promise<Performed> {
      await call.intend({ audit: [], reservations: [] });
      if (call.signal.aborted || !call.mayProceed())
        return {
          outcome: { kind: "refused", code: "cancelled", message: "cancelled" },
          audit: [],
          settle: [],
          usage: null,
        };
      sent.push(call);
      return { outcome: await perform(call), audit: [], settle: [], usage: null };
    },
  };
}

const answered: EffectOutcome = { kind: "done", result: { status: 200, headers: {}, body: "ok" } };
const never = (): Promise<EffectOutcome> => new Promise(() => undefined);
const untilAborted = (call: EffectCall): Promise<EffectOutcome> =>
  new Promise((done) =>
    call.signal.addEventListener("abort", () => done({ kind: "unknown", code: "aborted", message: "aborted" })),
  );

async function engine(gate: Gate, more: Parameters<typeof testEngine>[0] = {}): Promise<TestEngine> {
  const one = await testEngine({ gate, ...more });
  engines.push(one);
  return one;
}

const post = (input: object = {}, step: object = {}) => ({
  format: 1 as const,
  name: "post",
  steps: [
    {
      id: "send",
      kind: "http",
      input: { method: "POST", url: "https://example.com/", ...input },
      next: ["out"],
      ...step,
    },
    { id: "out", kind: "set", input: { status: "{{ steps.send.status }}" } },
  ],
});

/** Another worker that has seen the first one's beat stand still long enough. */
async function successor(it: TestEngine, gate: Gate): Promise<TestEngine> {
  const { rows } = await it.db.admin.query<{ id: string }>({ text: "select id from steward.workers" });
  expect(rows).toHaveLength(1);
  const next = await it.another({ gate, start: false });
  engines.push(next);
  await next.lease.beat();
  for (let beats = 0; beats < 2; beats++) {
    next.clock.advance(8000);
    await next.lease.beat();
  }
  return next;
}

test("R5: nothing is sent before its intent is committed", async () => {
  let committed = -1;
  const gate = scriptedGate(async (call) => {
    const { rows } = await it.db.admin.query<{ records: number }>({
      text: "select max(last) as records from steward.segments",
    });
    committed = rows[0]!.records;
    void call;
    return answered;
  });
  const it = await engine(gate);
  expect((await it.run(it.flow(post()))).settled).toMatchObject({ status: "completed", output: { status: 200 } });
  expect(committed).toBe(2); // accepted, intent
});

test("R5: after a crash an effect that is not repeatable stands in doubt until a person resolves it", async () => {
  const it = await engine(scriptedGate(never), { start: false });
  const { run } = await it.engine.startRun(
    { scope: it.scope, version: it.flow(post()), trigger: "manual", input: {} },
    null,
    0,
  );
  await until(() => it.parts.journal.stats.flushes >= 1);
  crash(it);
  const gate = scriptedGate(() => answered);
  const next = await successor(it, gate);
  await next.tick();
  expect((await next.engine.readRun(it.scope, run))?.row.status).toBe("in_doubt");
  expect(gate.sent).toHaveLength(0);
  await expect(
    next.engine.resolveEffect(it.scope, run, { step: "out", path: null, how: "done", result: null }, "ann"),
  ).rejects.toMatchObject({ code: "nothing_to_resolve" });
  const end = next.engine.waitForEnd(it.scope, run, 10_000);
  await next.engine.resolveEffect(
    it.scope,
    run,
    { step: "send", path: null, how: "done", result: { status: 201 } },
    "ann",
  );
  await next.tick();
  expect(await end).toMatchObject({ status: "completed", output: { status: 201 } });
});

test("R5: an effect with an idempotency key is sent again with the same key, and its outcome counts once", async () => {
  const first = scriptedGate(never);
  const it = await engine(first, { start: false });
  const { run } = await it.engine.startRun(
    { scope: it.scope, version: it.flow(post({ repeat: "key" })), trigger: "manual", input: {} },
    null,
    0,
  );
  await until(() => first.sent.length === 1);
  crash(it);
  const gate = scriptedGate(() => answered);
  const next = await successor(it, gate);
  const end = next.engine.waitForEnd(it.scope, run, 10_000);
  await next.tick();
  expect(await end).toMatchObject({ status: "completed" });
  expect(gate.sent.map((call) => call.idempotencyKey)).toEqual([first.sent[0]!.idempotencyKey]);
  expect(first.sent[0]!.idempotencyKey).toMatch(/^[\w-]{43}$/);
});

test("R2: a worker whose runs were taken over writes nothing more", async () => {
  let release: (outcome: EffectOutcome) => void = () => undefined;
  const first = scriptedGate(() => new Promise((done) => (release = done)));
  const it = await engine(first, { start: false });
  const { run } = await it.engine.startRun(
    { scope: it.scope, version: it.flow(post({ method: "GET" })), trigger: "manual", input: {} },
    null,
    0,
  );
  await until(() => first.sent.length === 1);
  const next = await successor(
    it,
    scriptedGate(() => ({ kind: "done", result: { status: 204, headers: {}, body: null } })),
  );
  const end = next.engine.waitForEnd(it.scope, run, 10_000);
  await next.tick();
  expect(await end).toMatchObject({ status: "completed", output: { status: 204 } });
  release(answered);
  await until(() => !it.parts.live.has(run));
  expect(await next.engine.waitForEnd(it.scope, run, 10)).toMatchObject({ output: { status: 204 } });
  expect(await gapless(it, run)).toBe(true);
});

test("R6: a cancel aborts what is in flight and lists it as unknown", async () => {
  const gate = scriptedGate(untilAborted);
  const it = await engine(gate);
  const { run } = await it.engine.startRun(
    { scope: it.scope, version: it.flow(post()), trigger: "manual", input: {} },
    null,
    0,
  );
  await until(() => gate.sent.length === 1);
  const end = it.engine.waitForEnd(it.scope, run, 10_000);
  await it.engine.cancelRun(it.scope, run, "ann");
  expect(await end).toMatchObject({ status: "cancelled" });
  const steps = await it.engine.listSteps(it.scope, run, 0, 10, null);
  expect(steps?.items).toMatchObject([{ step: "send", status: "cancelled", error: { code: "effect_unknown" } }]);
});

test("a known failure is retried by the policy, an error port is taken after the last attempt", async () => {
  let left = 2;
  const gate = scriptedGate(() => (left-- > 0 ? { kind: "failed", code: "connect", message: "refused" } : answered));
  const it = await engine(gate);
  const version = it.flow(post({}, { retry: { times: 3, delayMs: 10 } }));
  expect((await it.run(version)).settled).toMatchObject({ status: "completed" });
  expect(gate.sent.map((call) => call.attempt)).toEqual([1, 2, 3]);
  left = 10;
  const port = it.flow({
    format: 1,
    name: "port",
    steps: [
      {
        id: "send",
        kind: "http",
        input: { method: "POST", url: "https://example.com/" },
        retry: { times: 1, delayMs: 10 },
        onError: "port",
        next: { out: ["fine"], error: ["mend"] },
      },
      { id: "fine", kind: "set", input: { ok: true } },
      { id: "mend", kind: "set", input: { why: "{{ steps.send.error.code }}" } },
    ],
  });
  expect((await it.run(port)).settled).toMatchObject({ status: "completed", output: { why: "connect" } });
});

test("a poison run that kills its worker three times is parked, and the others go on", async () => {
  const it = await engine(
    scriptedGate(() => answered),
    { start: false },
  );
  const version = it.flow({ format: 1, name: "nap", steps: [{ id: "go", kind: "wait", input: { event: "go" } }] });
  const { run } = await it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 0);
  await it.db.admin.query({ text: "update steward.queue set crashes = 3, due_at = '-infinity'" });
  const other = await it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 0);
  await it.tick();
  expect((await it.engine.readRun(it.scope, run))?.row).toMatchObject({ status: "parked", errorCode: "run_poisonous" });
  const end = it.engine.waitForEnd(it.scope, other.run, 5000);
  await it.engine.sendEvent(it.scope, other.run, "go", 1, "ann");
  await it.tick();
  expect(await end).toMatchObject({ status: "completed" });
  const parkedEnd = it.engine.waitForEnd(it.scope, run, 5000);
  await it.engine.resolveEffect(it.scope, run, { step: null, path: null, how: "repeat", result: undefined }, "ann");
  await it.engine.sendEvent(it.scope, run, "go", 2, "ann");
  await it.tick();
  expect(await parkedEnd).toMatchObject({ status: "completed", output: 2 });
});

test("R8: a repeated delivery gets the first run and its reply", async () => {
  const it = await engine(scriptedGate(() => answered));
  const version = it.flow({
    format: 1,
    name: "echo",
    steps: [{ id: "out", kind: "reply", input: { body: "{{ trigger.body }}" } }],
  });
  const trigger = it.parts.ids.uuid();
  const wish = (body: number) => ({
    scope: it.scope,
    version,
    trigger: "in",
    input: { body },
    delivery: { trigger, key: Buffer.from("same"), digest: null },
  });
  const all = await Promise.all([1, 2, 3].map((body) => it.engine.startRun(wish(body), "reply", 5000)));
  const late = await it.engine.startRun(wish(4), "reply", 5000);
  const first = all.find((one) => !one.repeated)!;
  expect(all.filter((one) => one.repeated)).toHaveLength(2);
  for (const one of [...all, late])
    expect([one.run, one.settled?.reply?.body]).toEqual([first.run, first.settled?.reply?.body]);
  const { rows } = await it.db.admin.query<{ count: number }>({ text: "select count(*) as count from steward.runs" });
  expect(rows[0]!.count).toBe(1);
});

function crash(it: TestEngine): void {
  for (const run of it.parts.live.values()) run.gone = true;
  it.parts.live.clear();
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !condition(); turn++) await new Promise((done) => setTimeout(done, 10));
  expect(condition()).toBe(true);
}

async function gapless(it: TestEngine, run: string): Promise<boolean> {
  const { rows } = await it.db.admin.query<{ first: number; last: number }>({
    text: "select first, last from steward.segments where run = $1 order by first",
    values: [run],
  });
  return rows.every((row, at) => row.first === (at === 0 ? 1 : rows[at - 1]!.last + 1));
}

test("a delivery id that comes again with another body is refused, and a run that ends leaves no step waiting", async () => {
  const it = await engine(scriptedGate(() => answered));
  const version = it.flow({
    format: 1,
    name: "nap",
    steps: [
      {
        id: "all",
        kind: "each",
        input: { items: [1, 2], parallel: 2 },
        steps: [{ id: "nap", kind: "wait", input: { event: "never" } }],
      },
    ],
  });
  const trigger = it.parts.ids.uuid();
  const wish = (digest: string) => ({
    scope: it.scope,
    version,
    trigger: "in",
    input: {},
    delivery: { trigger, key: Buffer.from("same"), digest: Buffer.from(digest) },
  });
  const { run } = await it.engine.startRun(wish("one"), null, 0);
  expect(await it.engine.startRun(wish("one"), null, 0)).toMatchObject({ run, repeated: true });
  await expect(it.engine.startRun(wish("two"), null, 0)).rejects.toMatchObject({ code: "idempotency_mismatch" });
  const end = it.engine.waitForEnd(it.scope, run, 10_000);
  await it.engine.cancelRun(it.scope, run, "ann");
  expect(await end).toMatchObject({ status: "cancelled" });
  const steps = await it.engine.listSteps(it.scope, run, 0, 10, null);
  expect(steps?.items.map((step) => [step.step, step.status])).toEqual([
    ["all", "cancelled"],
    ["nap", "cancelled"],
    ["nap", "cancelled"],
  ]);
});

test("whoever waits for a run when its process is about to stop is answered at once", async () => {
  const it = await engine(scriptedGate(never));
  const version = it.flow({ format: 1, name: "nap", steps: [{ id: "nap", kind: "wait", input: { event: "never" } }] });
  const waiting = it.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, "end", 30_000);
  await until(() => it.parts.watch.size === 1);
  it.parts.watch.close();
  expect(await waiting).toMatchObject({ settled: null });
});

test("R5: of several answers about one unknown effect the first counts, and a repeat is sent once", async () => {
  const first = scriptedGate(never);
  const it = await engine(first, { start: false });
  const { run } = await it.engine.startRun(
    { scope: it.scope, version: it.flow(post()), trigger: "manual", input: {} },
    null,
    0,
  );
  await until(() => first.sent.length === 1);
  crash(it);
  const gate = scriptedGate(() => answered);
  const next = await successor(it, gate);
  await next.tick();
  const repeat = { step: "send", path: null, how: "repeat", result: undefined } as const;
  const answers = await Promise.allSettled(
    Array.from({ length: 5 }, () => next.engine.resolveEffect(it.scope, run, repeat, "ann")),
  );
  expect(answers.some((answer) => answer.status === "fulfilled")).toBe(true);
  const end = next.engine.waitForEnd(it.scope, run, 10_000);
  await next.tick();
  expect(await end).toMatchObject({ status: "completed" });
  expect(gate.sent).toHaveLength(1);
});

test("R5: a loop's retry does not send again what may have happened in it", async () => {
  const gate = scriptedGate(async (call) => {
    if (call.path[0] === 0) return await untilAborted(call);
    await new Promise((done) => setTimeout(done, 20));
    return { kind: "done", result: { status: 500, headers: {}, body: "" } };
  });
  const it = await engine(gate);
  const version = it.flow({
    format: 1,
    name: "loop",
    steps: [
      {
        id: "all",
        kind: "each",
        input: { items: [1, 2], parallel: 2 },
        retry: { times: 2, delayMs: 1 },
        steps: [{ id: "send", kind: "http", input: { method: "POST", url: "https://example.com/" } }],
      },
    ],
  });
  expect((await it.run(version)).settled).toMatchObject({ status: "failed", error: { step: "all" } });
  expect(gate.sent.filter((call) => call.path[0] === 0)).toHaveLength(1);
});
