/** Several workers on one database, started, killed, stopped and driven in an order that a seed gives. */
import { afterEach, expect, test } from "vitest";
import type { EffectCall, Gate } from "../core/ports/gate.ts";
import { applyRecord } from "../core/run/apply-record.ts";
import { newRunState } from "../core/run/state.ts";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { seeded } from "../../test/seeded.ts";
import { readRecords } from "./read-records.ts";

const engines: TestEngine[] = [];
afterEach(async () => {
  for (const one of engines.splice(0).toReversed()) await one.close();
});

interface World {
  readonly it: TestEngine;
  readonly random: () => number;
  /** Workers that live; the first engine owns the database and stays out of it. */
  readonly alive: TestEngine[];
  /** Workers that don't beat, though they go on with what they lead: until they hear that they were taken over. */
  readonly asleep: TestEngine[];
  readonly counts: Map<string, number>;
  readonly runs: string[];
  readonly doubted: Set<string>;
}

/** Effects that count and then take their time; the world outlives the workers. */
function countingGate(counts: Map<string, number>, random: () => number): Gate {
  const keys = new Set<string>();
  return {
    async perform(call: EffectCall) {
      await call.intend({ audit: [], reservations: [] });
      if (call.signal.aborted || !call.mayProceed())
        return {
          outcome: { kind: "refused", code: "cancelled", message: "cancelled" },
          audit: [],
          settle: [],
          usage: null,
        };
      const name = `${call.run}/${call.path.join(".")}/${call.step}`;
      const known = call.idempotencyKey !== null && keys.has(call.idempotencyKey);
      if (!known) counts.set(name, (counts.get(name) ?? 0) + 1);
      if (call.idempotencyKey !== null) keys.add(call.idempotencyKey);
      await new Promise((done) => setTimeout(done, random() * 15));
      return {
        outcome: { kind: "done", result: { status: 200, headers: {}, body: name } },
        audit: [],
        settle: [],
        usage: null,
      };
    },
  };
}

const post = (id: string, more: object, next: string[]) => ({
  id,
  kind: "http",
  input: { method: "POST", url: "https://example.com/", ...more },
  next,
});

async function act(world: World, version: ReturnType<TestEngine["flow"]>): Promise<void> {
  const { it, random, alive } = world;
  const one = alive[Math.floor(random() * alive.length)]!;
  const fate = random();
  if (fate < 0.4) {
    const wish = { scope: it.scope, version, trigger: "manual", input: {} };
    // Accepted here, led there: a start may be lost with its worker before it is accepted.
    const started = one.engine.startRun(wish, null, 0).then(
      ({ run }) => void world.runs.push(run),
      () => undefined,
    );
    if (random() < 0.5) await started;
  } else if (fate < 0.75) await one.tick();
  else if (fate < 0.85) {
    it.clock.advance(6000);
    await Promise.all(alive.map((worker) => worker.lease.beat()));
  } else if (fate < 0.89 && alive.length > 1) {
    world.asleep.push(...alive.splice(alive.indexOf(one), 1));
  } else if (fate < 0.91 && world.asleep[0]) {
    // It wakes: whether it was taken for gone meanwhile or not, it goes on.
    const woken = world.asleep.shift()!;
    await woken.lease.beat();
    alive.push(woken);
  } else if (fate < 0.94 && alive.length > 1) {
    alive.splice(alive.indexOf(one), 1);
    for (const run of one.parts.live.values()) run.gone = true; // killed: nothing of it is given back
    one.parts.live.clear();
    one.lease.beat = () => Promise.resolve();
  } else if (fate < 0.97 && alive.length > 1) {
    alive.splice(alive.indexOf(one), 1);
    await one.worker.stop(20);
  } else if (alive.length < 4) await hire(world);
}

async function hire(world: World): Promise<void> {
  const gate = countingGate(world.counts, world.random);
  const one = await world.it.another({
    gate: world.alive[0] ? world.alive[0].parts.gate : gate,
    start: false,
  });
  engines.push(one);
  world.alive.push(one);
  await one.lease.beat();
}

/** Leads everything to its end; what stands in doubt is resolved as done. */
async function finish({ it, alive, asleep, runs, doubted }: World): Promise<void> {
  const one = alive[0]!;
  for (const sleeper of asleep) await sleeper.lease.beat();
  for (let turn = 0; turn < 400; turn++) {
    it.clock.advance(6000);
    await Promise.all(alive.map((worker) => worker.lease.beat()));
    await one.worker.reconcile();
    for (const worker of alive) await worker.tick();
    await new Promise((done) => setTimeout(done, 5));
    const { rows } = await it.db.admin.query<{ id: string; status: string }>({
      text: "select id, status from steward.runs where ended_at is null",
    });
    if (rows.length === 0) return;
    for (const { id, status } of rows) {
      if (status !== "in_doubt" && status !== "parked") continue;
      if (status === "in_doubt") doubted.add(id);
      const resolution = { step: null, path: null, how: "done", result: { status: 201 } } as const;
      await one.engine.resolveEffect(it.scope, id, resolution, "ann").catch(() => undefined);
    }
  }
  throw new Error(`after 400 turns not all of ${runs.length} runs have ended`);
}

test.each([1, 2, 3, 4, 5, 6])(
  "R2 R4 R5: workers come and go, and every run ends once and for all (seed %i)",
  async (seed) => {
    const it = await testEngine({ start: false });
    engines.push(it);
    const random = seeded(seed);
    const world: World = { it, random, alive: [], asleep: [], counts: new Map(), runs: [], doubted: new Set() };
    await hire(world);
    await hire(world);
    const version = it.flow({
      format: 1,
      name: "mixed",
      steps: [
        post("keyed", { repeat: "key" }, ["plain"]),
        post("plain", {}, ["nap"]),
        { id: "nap", kind: "wait", input: { seconds: 3 }, next: ["out"] },
        { id: "out", kind: "set", input: { ok: true } },
      ],
    });
    for (let turn = 0; turn < 120; turn++) await act(world, version);
    await finish(world);

    for (const [name, count] of world.counts) expect([name, count]).toEqual([name, 1]);
    expect(world.runs.length).toBeGreaterThan(10);
    const { rows } = await it.db.admin.query<{ id: string; status: string; records: number; steps: number }>({
      text: "select id, status, records, steps from steward.runs",
    });
    for (const run of world.runs) expect(rows.map((row) => row.id)).toContain(run);
    for (const row of rows) {
      expect([row.id, row.status]).toEqual([row.id, "completed"]);
      const state = newRunState(version.compiled);
      for await (const { seq, record } of readRecords(it.parts, it.scope, row.id, 1)) {
        expect(seq).toBe(state.seq + 1);
        applyRecord(state, record);
      }
      expect([state.ended?.status, state.seq, state.stepsEnded]).toEqual([row.status, row.records, row.steps]);
    }
    for (const table of ["queue", "inbox"])
      expect((await it.db.admin.query({ text: `select from steward.${table}` })).count).toBe(0);
  },
);
