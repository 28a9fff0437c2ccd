/** Runs that were led when their worker died: narrowed down until the one that kills its workers stands alone. */
import { afterEach, expect, test } from "vitest";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import type { EffectCall, Gate } from "../core/ports/gate.ts";
import { voidWorkers } from "./void-workers.ts";

const engines: TestEngine[] = [];
afterEach(async () => {
  for (const one of engines.splice(0).toReversed()) await one.close();
});

interface HeldGate extends Gate {
  readonly calls: EffectCall[];
  /** Ends what is open and whatever comes. */
  open(): void;
}

function heldGate(): HeldGate {
  const calls: EffectCall[] = [];
  const opened = Promise.withResolvers<void>();
  return {
    calls,
    open: () => opened.resolve(),
    async perform(call) {
      await call.intend({ audit: [], reservations: [] });
      calls.push(call);
      await opened.promise;
      return {
        outcome: { kind: "done", result: { status: 200, headers: {}, body: null } },
        audit: [],
        settle: [],
        usage: null,
      };
    },
  };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (await condition()) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error("it did not come to this within 5 s");
}

/** As if its process had been killed, with what it held freed by whoever noticed. */
async function die(one: TestEngine): Promise<void> {
  for (const run of one.parts.live.values()) run.gone = true;
  one.parts.live.clear();
  await voidWorkers(one.db.dispatch, () => false);
}

async function open(gate: HeldGate): Promise<TestEngine> {
  const one = engines[0] ? await engines[0].another({ gate, start: false }) : await testEngine({ gate, start: false });
  engines.push(one);
  return one;
}

/** So many runs by their deaths, of those that have not ended. */
async function deaths(it: TestEngine): Promise<Record<number, number>> {
  const { rows } = await it.db.admin.query<{ crashes: number; count: number }>({
    text: "select crashes, count(*)::int as count from steward.queue group by crashes",
  });
  return Object.fromEntries(rows.map((row) => [row.crashes, row.count]));
}

const SEND = {
  id: "send",
  kind: "http",
  input: { method: "POST", url: "https://example.com/", repeat: "safe" },
};

async function lead(it: TestEngine, runs: number): Promise<void> {
  const version = it.flow({ format: 1, name: "send", steps: [SEND] });
  const wish = { scope: it.scope, version, trigger: "manual", input: {} };
  for (let n = 0; n < runs; n++) await it.engine.startRun(wish, null, 0);
  await it.worker.claim();
}

test("after one death its runs are led 25 at a time, after two alone, and only the one led through a third is parked", async () => {
  const gate = heldGate();
  const first = await open(gate);
  await lead(first, 60);
  await until(() => gate.calls.length === 60);
  await die(first);
  expect(await deaths(first)).toEqual({ 1: 60 });

  const second = await open(heldGate());
  await second.tick();
  expect(second.parts.live.size).toBe(25);
  await die(second);
  expect(await deaths(first)).toEqual({ 1: 35, 2: 25 });

  const third = await open(heldGate());
  await third.tick();
  const led = [...third.parts.live.values()].map((run) => run.crashes).toSorted((one, other) => one - other);
  expect(led).toEqual([...Array(25).fill(1), 2]);
  await die(third);
  expect(await deaths(first)).toEqual({ 1: 10, 2: 49, 3: 1 });

  // Nobody dies any more: a step that ends makes room for the next of its like.
  const last = heldGate();
  last.open();
  const fourth = await open(last);
  fourth.start();
  await until(async () => {
    const { rows } = await first.db.admin.query<{ status: string; count: number }>({
      text: "select status, count(*)::int as count from steward.runs group by status order by status",
    });
    return (
      JSON.stringify(rows) ===
      JSON.stringify([
        { status: "completed", count: 59 },
        { status: "parked", count: 1 },
      ])
    );
  });
});

test("a suspect that is led for some seconds without harm makes room, and new runs wait for none of them", async () => {
  const gate = heldGate();
  const first = await open(gate);
  await lead(first, 40);
  await until(() => gate.calls.length === 40);
  await die(first);
  const next = heldGate();
  const second = await open(next);
  await second.tick();
  await lead(second, 5);
  await until(() => second.parts.live.size === 30);
  await second.tick();
  expect(second.parts.live.size).toBe(30);
  first.clock.advance(5001);
  await second.lease.beat();
  await second.tick();
  expect(second.parts.live.size).toBe(45);
});

test("who was cut off with its database and lives has killed nobody, and neither has who stops in order", async () => {
  const gate = heldGate();
  const first = await open(gate);
  await lead(first, 3);
  await until(() => gate.calls.length === 3);
  expect(await voidWorkers(first.db.dispatch, () => true)).toBe(3);
  expect(await deaths(first)).toEqual({ 0: 3 });
  const held = heldGate();
  const second = await open(held);
  await second.tick();
  await until(() => held.calls.length === 3);
  await second.worker.stop(10);
  expect(await deaths(first)).toEqual({ 0: 3 });
});
