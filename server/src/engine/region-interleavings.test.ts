/** B7 under chance: a project is pinned and let go while workers of several regions come, freeze, die and drive its runs. */
import { afterEach, expect, test } from "vitest";
import type { Gate } from "../core/ports/gate.ts";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { seeded } from "../../test/seeded.ts";
import { LEAVE_MS_MAX } from "./leave-region.ts";

const engines: TestEngine[] = [];
afterEach(async () => {
  for (const one of engines.splice(0).toReversed()) await one.close();
});

const REGIONS = ["eu", "ch", null] as const;
type Region = (typeof REGIONS)[number];

interface Hand {
  readonly region: Region;
  readonly engine: TestEngine;
}

interface World {
  readonly it: TestEngine;
  readonly random: () => number;
  readonly alive: Hand[];
  /** They do nothing of their own, though what they lead goes on. */
  readonly frozen: Hand[];
  readonly runs: string[];
  readonly wrongs: string[];
  pinned: Region;
  /** Counts pins and the ends of the time to leave: odd while what is led elsewhere may still leave. */
  epoch: number;
}

const may = (world: World, region: Region): boolean => world.pinned === null || world.pinned === region;

/** Notes every effect that was begun where it may not be, once the time to leave was over. */
function watchingGate(world: World, region: Region): Gate {
  return {
    async perform(call) {
      const before = world.epoch;
      await call.intend({ audit: [], reservations: [] });
      if (before % 2 === 0 && world.epoch === before && !may(world, region))
        world.wrongs.push(`${call.step} of ${call.run} begun in ${region}, pinned to ${world.pinned}`);
      await new Promise((done) => setTimeout(done, world.random() * 10));
      return {
        outcome: { kind: "done", result: { status: 200, headers: {}, body: null } },
        audit: [],
        settle: [],
        usage: null,
      };
    },
  };
}

async function hire(world: World, region: Region): Promise<void> {
  const engine = await world.it.another({ region, start: false, gate: watchingGate(world, region) });
  engines.push(engine);
  world.alive.push({ region, engine });
  await engine.lease.beat();
}

/** Pins or lets go; some hear of it at once and some never do. After the time to leave, nobody leads what they may not. */
async function pin(world: World): Promise<void> {
  const { it, random, alive } = world;
  const region = REGIONS[Math.floor(random() * REGIONS.length)]!;
  await it.db.admin.query({
    text: "update steward.projects set region = $2 where id = $1",
    values: [it.scope.project, region],
  });
  world.pinned = region;
  world.epoch += 1;
  for (const { engine } of alive) if (random() < 0.5) engine.engine.forgetProject(it.scope.project);
  const look = () => Promise.all(alive.map(({ engine }) => engine.regions.look()));
  await look();
  if (random() < 0.5) await new Promise((done) => setTimeout(done, 20)); // what is in flight ends in time
  it.clock.advance(LEAVE_MS_MAX - 4000);
  await beat(world);
  it.clock.advance(4001);
  await look();
  await beat(world);
  world.epoch += 1;
  await noneMisplaced(world);
}

const beat = (world: World) => Promise.all(world.alive.map(({ engine }) => engine.lease.beat()));

/** Who holds runs by the database's word, and may not: each was taken up after the pin, for all earlier ones have left. */
async function misplaced({ it, pinned }: World): Promise<readonly object[]> {
  if (pinned === null) return [];
  const { rows } = await it.db.admin.query({
    text: `select q.run, w.region from steward.queue q join steward.workers w on w.id = q.worker where w.region is distinct from $1`,
    values: [pinned],
  });
  return rows;
}

/** A claim that was under way as the project was pinned gives back what it took before anything is done with it. */
async function noneMisplaced(world: World): Promise<void> {
  await expect.poll(() => misplaced(world), { timeout: 500, interval: 5 }).toEqual([]);
}

async function act(world: World, version: ReturnType<TestEngine["flow"]>): Promise<void> {
  const { it, random, alive, frozen } = world;
  const hand = alive[Math.floor(random() * alive.length)]!;
  const { engine } = hand;
  const fate = random();
  if (fate < 0.4) {
    const { run } = await engine.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 0);
    world.runs.push(run);
  } else if (fate < 0.7) await engine.tick();
  else if (fate < 0.8) await pin(world);
  else if (fate < 0.85 && alive.length > 1) frozen.push(...alive.splice(alive.indexOf(hand), 1));
  else if (fate < 0.9 && alive.length > 1) {
    alive.splice(alive.indexOf(hand), 1);
    for (const run of engine.parts.live.values()) run.gone = true; // killed
    engine.parts.live.clear();
    engine.lease.beat = () => Promise.resolve();
  } else if (fate < 0.94) {
    it.clock.advance(6000);
    await beat(world);
  } else if (alive.length < 4) await hire(world, REGIONS[Math.floor(random() * REGIONS.length)]!);
  await noneMisplaced(world);
}

/** With a worker of every region, every run ends. */
async function finish(world: World): Promise<void> {
  const { it, alive, frozen } = world;
  for (const { engine } of frozen) await engine.lease.beat();
  for (const region of REGIONS) await hire(world, region);
  for (let turn = 0; turn < 400; turn++) {
    it.clock.advance(6000);
    await beat(world);
    for (const { engine } of alive) {
      await engine.worker.reconcile();
      await engine.tick();
    }
    await new Promise((done) => setTimeout(done, 5));
    const { rows } = await it.db.admin.query<{ id: string; status: string }>({
      text: "select id, status from steward.runs where ended_at is null",
    });
    if (rows.length === 0) return;
    for (const { id, status } of rows) {
      if (status !== "in_doubt" && status !== "parked") continue;
      const resolution = { step: null, path: null, how: "done", result: { status: 200 } } as const;
      await alive[0]!.engine.engine.resolveEffect(it.scope, id, resolution, "ann").catch(() => undefined);
    }
  }
  throw new Error(`after 400 turns not all of ${world.runs.length} runs have ended`);
}

test.each([1, 2, 3, 4])(
  "B7: no run of a pinned project is taken up by a worker of another label, and none is lost (seed %i)",
  async (seed) => {
    const it = await testEngine({ start: false });
    engines.push(it);
    const world: World = {
      it,
      random: seeded(seed),
      alive: [],
      frozen: [],
      runs: [],
      wrongs: [],
      pinned: null,
      epoch: 0,
    };
    for (const region of REGIONS) await hire(world, region);
    const post = (id: string, next: string[]) => ({
      id,
      kind: "http",
      input: { method: "POST", url: "https://example.com/" },
      next,
    });
    const version = it.flow({
      format: 1,
      name: "mixed",
      steps: [
        post("one", ["two"]),
        post("two", ["nap"]),
        { id: "nap", kind: "wait", input: { seconds: 3 }, next: ["three"] },
        post("three", []),
      ],
    });
    for (let turn = 0; turn < 100; turn++) await act(world, version);
    await finish(world);
    expect(world.wrongs).toEqual([]);
    expect(world.runs.length).toBeGreaterThan(10);
    const { rows } = await it.db.admin.query<{ id: string; status: string }>({
      text: "select id, status from steward.runs",
    });
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(world.runs));
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(["completed"]));
  },
);
