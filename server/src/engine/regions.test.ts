/** B7: runs of a pinned project are led where its data is, and nowhere else. */
import type { FlowFileInput } from "@steward/sdk";
import { afterEach, expect, test } from "vitest";
import type { EffectCall, Gate } from "../core/ports/gate.ts";
import { testEngine, type EngineOptions, type TestEngine } from "../../test/engine.ts";
import { countRegions, listMisplaced } from "../store/regions.ts";

const engines: TestEngine[] = [];
afterEach(async () => {
  for (const one of engines.splice(0).toReversed()) await one.close();
});
async function open(options: EngineOptions): Promise<TestEngine> {
  const one = engines[0] ? await engines[0].another(options) : await testEngine(options);
  engines.push(one);
  return one;
}

/** As the people's verbs do; `told` says whether the word reaches the engines. */
async function pin(
  region: string | null,
  told: boolean,
  table: "projects" | "organizations" = "projects",
): Promise<void> {
  const it = engines[0]!;
  const id = table === "projects" ? it.scope.project : it.scope.organization;
  await it.db.admin.query({ text: `update steward.${table} set region = $2 where id = $1`, values: [id, region] });
  if (told) for (const one of engines) one.engine.forgetProject(it.scope.project);
}

/** Counts effects by who performed them; each ends when it is let go. */
function slowGate(): Gate & { readonly calls: EffectCall[]; letGo(): void } {
  const calls: EffectCall[] = [];
  let go = Promise.withResolvers<void>();
  return {
    calls,
    letGo() {
      go.resolve();
      go = Promise.withResolvers();
    },
    async perform(call) {
      await call.intend({ audit: [], reservations: [] });
      calls.push(call);
      await go.promise;
      return {
        outcome: { kind: "done", result: { status: 200, headers: {}, body: null } },
        audit: [],
        settle: [],
        usage: null,
      };
    },
  };
}

const post = (id: string, next: string[] = []) => ({
  id,
  kind: "http",
  input: { method: "POST", url: "https://example.com/" },
  next,
});
const QUICK: FlowFileInput = { format: 1, name: "quick", steps: [{ id: "out", kind: "set", input: { ok: true } }] };
const TWO: FlowFileInput = { format: 1, name: "two", steps: [post("one", ["two"]), post("two")] };
const statusOf = async (it: TestEngine, run: string) => (await it.engine.readRun(it.scope, run))?.row.status;
const holders = async () =>
  (await engines[0]!.db.admin.query<{ worker: string | null }>({ text: "select worker from steward.queue" })).rows.map(
    (row) => row.worker,
  );

test.each(["projects", "organizations"] as const)(
  "B7: a run of a pinned project is accepted anywhere and led in its region, and answered where it was asked for (%s)",
  async (table) => {
    const ch = await open({ region: "ch", start: false });
    const eu = await open({ region: "eu", start: false });
    const none = await open({ region: null, start: false });
    const bare = await open({ start: false });
    await pin("eu", false, table);
    await eu.lease.beat(); // it knows of the others, and tells them how runs end
    const version = ch.flow(QUICK);
    for (const one of [ch, none, bare]) {
      const started = one.engine.startRun({ scope: one.scope, version, trigger: "manual", input: {} }, "end", 10_000);
      await expect.poll(async () => (await holders()).length).toBe(1);
      for (const other of [ch, none, bare]) {
        await other.tick();
        expect(await other.worker.nextDueMs()).toBeNull();
      }
      expect(await holders()).toEqual([null]);
      expect(await eu.worker.nextDueMs()).not.toBeNull();
      await eu.tick();
      const { run, settled } = await started;
      expect(settled).toMatchObject({ status: "completed", output: { ok: true } });
      expect(await statusOf(eu, run)).toBe("completed");
    }
    await ch.lease.beat(); // now it tells them of runs to take up
    expect((await ch.run(version)).settled).toMatchObject({ status: "completed" });
    expect([ch, none, bare].map((one) => one.parts.live.size)).toEqual([0, 0, 0]);
  },
);

test("a worker leads itself what is pinned where it stands, and what is pinned nowhere", async () => {
  const it = await open({ region: "eu", start: false });
  const version = it.flow(QUICK);
  for (const region of [null, "eu"]) {
    await pin(region, true);
    const { settled } = await it.run(version);
    expect(settled).toMatchObject({ status: "completed" });
  }
  expect(it.parts.journal.stats.runs).toBe(2); // one write each: led at once
});

test("B7: a schedule is fired by whoever looks, and its run led where it may be", async () => {
  const ch = await open({ region: "ch", start: false });
  const eu = await open({ region: "eu", start: false });
  await pin("eu", true);
  const version = ch.flow({
    ...QUICK,
    name: "hourly",
    triggers: [{ id: "each", kind: "schedule", cron: "0 * * * *" }],
  });
  const { organization, project } = ch.scope;
  const trigger = ch.parts.ids.uuid();
  await ch.db.admin.query({
    text: `insert into steward.flows (organization, project, id, slug, name, draft, draft_digest, draft_problems, version, paused, created_at, updated_at)
      values ($1, $2, $3, 'hourly', 'hourly', '', '', 0, 1, false, now(), now())`,
    values: [organization, project, version.flow],
  });
  await ch.db.admin.query({
    text: `insert into steward.triggers (organization, project, id, flow, name, kind, version, active)
      values ($1, $2, $3, $4, 'each', 'schedule', 1, true)`,
    values: [organization, project, trigger, version.flow],
  });
  await ch.db.admin.query({
    text: `insert into steward.schedules (project, trigger, rule_digest, anchor_at, due_at)
      values ($1, $2, '', now() - interval '2 hours', now() - interval '1 second')`,
    values: [project, trigger],
  });
  await ch.tick();
  await ch.tick();
  expect(ch.logs).toEqual([]);
  expect(await holders()).toEqual([null]);
  await eu.tick();
  await expect.poll(holders).toEqual([]);
  const { rows } = await ch.db.admin.query({ text: "select status, trigger from steward.runs" });
  expect(rows).toEqual([{ status: "completed", trigger: "each" }]);
});

test("B7: with the only worker of a region killed its runs stay queued, visibly, and go on when one is back", async () => {
  const gate = slowGate();
  const ch = await open({ region: "ch", start: false });
  const eu = await open({ region: "eu", start: false, gate });
  await pin("eu", true);
  const version = ch.flow({ ...TWO, steps: [{ ...post("one"), ifUnknown: "repeat" }] });
  const { run } = await eu.engine.startRun({ scope: eu.scope, version, trigger: "manual", input: {} }, null, 0);
  await expect.poll(() => gate.calls.length).toBe(1);
  await ch.lease.beat();
  for (const one of eu.parts.live.values()) one.gone = true; // killed: nothing is given back
  eu.parts.live.clear();
  ch.clock.advance(8000);
  await ch.lease.beat();
  ch.clock.advance(8000);
  await ch.lease.beat();
  await ch.tick();
  expect(await holders()).toEqual([null]);
  expect(await countRegions(ch.db.dispatch, ch.clock.nowMs())).toEqual([
    { label: "ch", workers: 1, runsDue: 0 },
    { label: "eu", workers: 0, runsDue: 1 },
  ]);
  const back = await open({ region: "eu", start: false, gate });
  await back.tick();
  await expect.poll(() => gate.calls.length).toBe(2);
  gate.letGo();
  await expect.poll(() => statusOf(back, run)).toBe("completed");
});

test("B7: who has not heard of a pin does not lead either: the flush refuses, and the run is queued instead", async () => {
  const ch = await open({ region: "ch", start: false });
  const eu = await open({ region: "eu", start: false });
  const version = ch.flow(QUICK);
  const wish = { scope: ch.scope, version, trigger: "manual", input: {} };
  expect((await ch.run(version)).settled).toMatchObject({ status: "completed" });
  await pin("eu", false);
  expect(ch.parts.projects.peek(ch.scope.project)?.region).toBeNull();
  const trigger = ch.parts.ids.uuid();
  const delivery = { trigger, key: Buffer.from("once"), digest: null };
  const plain = await ch.engine.startRun(wish, null, 0);
  expect(await holders()).toEqual([null]);
  await pin(null, true);
  await ch.tick();
  await expect.poll(holders).toEqual([]);
  await ch.run(version); // at hand again, as pinned nowhere
  await pin("eu", false);
  const delivered = await ch.engine.startRun({ ...wish, delivery }, null, 0);
  expect(delivered.repeated).toBe(false);
  expect(await holders()).toEqual([null]);
  expect(await ch.engine.startRun({ ...wish, delivery }, null, 0)).toMatchObject({
    run: delivered.run,
    repeated: true,
  });
  await eu.tick();
  await expect.poll(() => statusOf(eu, delivered.run)).toBe("completed");
  expect(await statusOf(eu, plain.run)).toBe("completed");
  const { rows } = await ch.db.admin.query<{ runs: number }>({ text: "select count(*) as runs from steward.runs" });
  expect(rows).toEqual([{ runs: 4 }]);
});

test("B7: a run that is led elsewhere when its project is pinned finishes what is in flight, and goes on where it may", async () => {
  const [there, here] = [slowGate(), slowGate()];
  const ch = await open({ region: "ch", start: false, gate: there });
  const eu = await open({ region: "eu", start: false, gate: here });
  const version = ch.flow(TWO);
  const { run } = await ch.engine.startRun({ scope: ch.scope, version, trigger: "manual", input: {} }, null, 0);
  await expect.poll(() => there.calls.length).toBe(1);
  await pin("eu", false); // not even told
  await ch.regions.look();
  await eu.regions.look();
  expect(await listMisplaced(ch.db.dispatch)).toMatchObject([{ run, worker: ch.parts.worker }]);
  there.letGo();
  await expect.poll(() => ch.parts.live.size).toBe(0);
  expect(await statusOf(ch, run)).toBe("queued");
  await ch.tick();
  await eu.tick();
  await expect.poll(() => here.calls.length).toBe(1);
  here.letGo();
  await expect.poll(() => statusOf(eu, run)).toBe("completed");
  expect([there.calls, here.calls].map((calls) => calls.map((call) => call.step))).toEqual([["one"], ["two"]]);
});

test("a run that is cancelled while it leaves ends where it is", async () => {
  const gate = slowGate();
  const ch = await open({ region: "ch", start: false, gate });
  const version = ch.flow(TWO);
  const { run } = await ch.engine.startRun({ scope: ch.scope, version, trigger: "manual", input: {} }, null, 0);
  await expect.poll(() => gate.calls.length).toBe(1);
  await pin("eu", true);
  await ch.regions.look();
  await ch.engine.cancelRun(ch.scope, run, "ann");
  await expect.poll(() => gate.calls[0]?.signal.aborted).toBe(true);
  gate.letGo();
  await expect.poll(() => statusOf(ch, run)).toBe("cancelled");
});

test("B7: a worker that does not give a run back in time loses it, and its outcome is unknown", async () => {
  const [there, here] = [slowGate(), slowGate()];
  const ch = await open({ region: "ch", start: false, gate: there });
  const eu = await open({ region: "eu", start: false, gate: here });
  const version = ch.flow(TWO);
  const { run } = await ch.engine.startRun({ scope: ch.scope, version, trigger: "manual", input: {} }, null, 0);
  await expect.poll(() => there.calls.length).toBe(1);
  await pin("eu", true);
  await eu.regions.look();
  eu.clock.advance(9000);
  await eu.regions.look();
  expect(await holders()).toEqual([ch.parts.worker]);
  eu.clock.advance(1001);
  await eu.regions.look(); // whoever looks: the one that leads it may be frozen
  expect(await holders()).toEqual([null]);
  there.letGo();
  await expect.poll(() => ch.parts.live.size).toBe(0); // its outcome is not written: the fence is gone
  await eu.lease.beat();
  await eu.tick();
  await expect.poll(() => statusOf(eu, run)).toBe("in_doubt");
  expect(here.calls).toEqual([]);
});

test("a run of a pinned project whose workers died is parked where it may be read", async () => {
  const ch = await open({ region: "ch", start: false });
  const eu = await open({ region: "eu", start: false });
  await pin("eu", true);
  const version = ch.flow(QUICK);
  const { run } = await ch.engine.startRun({ scope: ch.scope, version, trigger: "manual", input: {} }, null, 0);
  await ch.db.admin.query({ text: "update steward.queue set crashes = 3" });
  await ch.tick();
  expect(await statusOf(ch, run)).toBe("queued");
  await eu.tick();
  expect(await statusOf(eu, run)).toBe("parked");
});

test("the installation's own project is never pinned", async () => {
  const it = await open({ region: "eu", start: false });
  await it.db.admin.query({
    text: "insert into steward.organizations (id, name, created_at) select $1, 'own', now() where not exists (select from steward.organizations where id = $1)",
    values: ["00000000-0000-0000-0000-000000000000"],
  });
  const pinned = it.db.admin.query({
    text: "update steward.organizations set region = 'eu' where id = $1",
    values: ["00000000-0000-0000-0000-000000000000"],
  });
  await expect(pinned).rejects.toMatchObject({ message: expect.stringContaining("organizations_region_check") });
});
