/** Triggers that are polled: one run for each event, whatever is killed when; and hooks that a provider is told of. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import type { Database } from "../core/ports/database.ts";
import { pauseEvents, wakeEvents } from "../store/event-triggers.ts";
import { inScope } from "../store/scope.ts";
import {
  CONNECTION,
  EVENT_FLOW,
  lapseClaims,
  lookAround,
  lookOnce,
  publishEvents,
  type ScriptedProvider,
  scriptedProvider,
  standing,
  told,
  worksOf,
} from "./events.testsuite.ts";

let it: TestEngine;
let provider: ScriptedProvider;
const more: TestEngine[] = [];
beforeEach(async () => {
  provider = scriptedProvider();
  it = await testEngine({ events: worksOf(provider), start: false });
});
afterEach(async () => {
  for (const one of more.splice(0)) await one.close();
  await it.close();
});

async function another(database?: (real: Database) => Database): Promise<TestEngine> {
  const one = await it.another({ events: worksOf(provider), start: false, ...(database && { database }) });
  more.push(one);
  return one;
}

/** A database whose transactions break: before their commit, or after it with the answer lost. */
function breaking(real: Database, when: { next: "before" | "after" | null }): Database {
  return {
    ...real,
    query: (statement) => real.query(statement),
    pipeline: (statements) => real.pipeline(statements),
    async transaction(run) {
      const how = when.next;
      if (how === null) return await real.transaction(run);
      when.next = null;
      const done = await real.transaction(async (tx) => {
        const result = await run(tx);
        if (how === "before") throw new Error("killed before the commit");
        return result;
      });
      if (how === "after") throw new Error("killed after the commit");
      return done;
    },
  };
}

test("what is there at first starts nothing, what comes later starts one run each, in order", async () => {
  provider.happened.push("old");
  const { flow } = await publishEvents(it);
  const first = await standing(it);
  expect(first.status).toBe("starting");
  expect(first.dueInMs).toBeLessThanOrEqual(0);
  await lookAround(it);
  expect(await told(it, flow)).toEqual([]);
  const polled = await standing(it);
  expect(polled).toMatchObject({ status: "active", why: null });
  expect(polled.dueInMs).toBeLessThanOrEqual(60_000);
  expect(polled.dueInMs).toBeGreaterThan(30_000);
  provider.happened.push("a", "b");
  await lookAround(it);
  expect(provider.asked).toHaveLength(1); // not due yet
  it.clock.advance(60_000);
  await lookAround(it);
  expect(await told(it, flow)).toEqual(["a", "b"]);
  await it.lease.beat(); // a minute went by
  await expect.poll(() => it.tick().then(() => statuses(flow))).toEqual(["completed", "completed"]);
});

async function statuses(flow: string): Promise<string[]> {
  const { rows } = await it.db.admin.query<{ status: string }>({
    text: "select status from steward.runs where flow = $1 order by id",
    values: [flow],
  });
  return rows.map(({ status }) => status);
}

test("as long as there is more, it is asked again at once", async () => {
  const { flow } = await publishEvents(it);
  await lookAround(it);
  provider.happened.push(...Array.from({ length: 25 }, (_, n) => `e${n}`));
  it.clock.advance(60_000);
  await lookAround(it);
  expect(await told(it, flow)).toEqual(provider.happened);
  expect(provider.asked).toHaveLength(4);
});

test("an event that the provider says again starts nothing, even with its cursor lost", async () => {
  const { flow, trigger } = await publishEvents(it);
  await lookAround(it);
  provider.happened.push("a", "b", "a");
  it.clock.advance(60_000);
  await lookAround(it);
  expect(await told(it, flow)).toEqual(["a", "b"]);
  provider.next = async () => ({ kind: "failed", code: "provider_unreadable", message: "what?", afterMs: null });
  await it.db.admin.query({
    text: "update steward.event_triggers set due_at = now() where trigger = $1",
    values: [trigger],
  });
  await lookAround(it);
  provider.happened.push("b", "c");
  it.clock.advance(120_000);
  await lookAround(it);
  expect(await told(it, flow)).toEqual(["a", "b", "c"]);
});

test.each(["before", "after"] as const)(
  "a worker killed %s the commit of what it found starts each run once",
  async (how) => {
    const { flow } = await publishEvents(it);
    await lookAround(it);
    const when: { next: "before" | "after" | null } = { next: null };
    const broken = await another((real) => breaking(real, when));
    provider.happened.push("a", "b");
    it.clock.advance(60_000);
    provider.next = () => {
      when.next = how;
      return Promise.resolve(null);
    };
    await lookOnce(broken);
    expect(await told(it, flow)).toEqual(how === "before" ? [] : ["a", "b"]);
    it.clock.advance(60_000);
    await lapseClaims(it);
    await lookAround(it);
    expect(await told(it, flow)).toEqual(["a", "b"]);
  },
);

test("a worker killed between the call and the commit leaves a claim that lapses, and the next one finds the same", async () => {
  const { flow } = await publishEvents(it);
  await lookAround(it);
  provider.happened.push("a");
  it.clock.advance(60_000);
  const killed = await another();
  const hanging = Promise.withResolvers<null>();
  const asked = Promise.withResolvers<void>();
  provider.next = () => (asked.resolve(), hanging.promise);
  await killed.poller.look();
  await asked.promise;
  await lookOnce(it);
  expect(provider.asked).toHaveLength(1); // somebody has the claim
  await lapseClaims(it);
  await lookOnce(it);
  expect(await told(it, flow)).toEqual(["a"]);
  // The first one was only slow. What it found is not committed: the claim is another's, or nobody's.
  provider.happened.push("b");
  hanging.resolve(null);
  await killed.poller.settled();
  expect(await told(it, flow)).toEqual(["a"]);
  it.clock.advance(60_000);
  await lookAround(it);
  expect(await told(it, flow)).toEqual(["a", "b"]);
});

test("of many workers that look at once, one asks the provider", async () => {
  const workers = [it, await another(), await another(), await another()];
  await publishEvents(it);
  await Promise.all(workers.map((one) => lookOnce(one)));
  expect(provider.asked).toHaveLength(1);
  expect(await standing(it)).toMatchObject({ status: "active", tries: 1, claimed: false });
});

test("while a provider thinks nothing is locked: the flow is paused at once, and what was found starts nothing", async () => {
  const { flow } = await publishEvents(it);
  await lookAround(it);
  provider.happened.push("a");
  it.clock.advance(60_000);
  const hanging = Promise.withResolvers<null>();
  const asked = Promise.withResolvers<void>();
  provider.next = () => (asked.resolve(), hanging.promise);
  await it.poller.look();
  await asked.promise;
  await publishEvents(it, { running: false, again: false });
  hanging.resolve(null);
  await it.poller.settled();
  expect(await told(it, flow)).toEqual([]);
  await lookAround(it);
  expect(await standing(it)).toMatchObject({ status: "paused", why: "flow_paused", dueInMs: null });
  const before = provider.asked.length;
  it.clock.advance(86_400_000);
  await lookAround(it);
  expect(provider.asked).toHaveLength(before);
  // Resumed, it goes on from now: what fell into the pause is not caught up, as with schedules.
  await publishEvents(it, { again: false });
  await lookAround(it);
  provider.happened.push("b");
  it.clock.advance(60_000);
  await lookAround(it);
  expect(await told(it, flow)).toEqual(["b"]);
});

test("a clock that jumps ahead polls once, and one that jumps back polls again when it is there", async () => {
  await publishEvents(it);
  await lookAround(it);
  it.clock.jump(86_400_000);
  await lookAround(it);
  expect(provider.asked).toHaveLength(2);
  it.clock.jump(-3_600_000);
  await lookAround(it);
  expect(provider.asked).toHaveLength(2);
  it.clock.jump(3_700_000);
  await lookAround(it);
  expect(provider.asked).toHaveLength(3);
});

test("a provider that fails is asked after growing waits, no sooner than it says, and an answer ends them", async () => {
  await publishEvents(it);
  const fail = (afterMs: number | null) => {
    provider.next = async () => ({ kind: "failed", code: "provider_unavailable", message: "we are down", afterMs });
  };
  const waits: (number | null)[] = [];
  for (const afterMs of [null, null, 300_000, null, null, null, null, null]) {
    fail(afterMs);
    await lookAround(it);
    const { dueInMs, ...row } = await standing(it);
    expect(row).toMatchObject({ status: "failing", why: "provider_unavailable", failures: waits.length + 1 });
    waits.push(Math.round(dueInMs! / 60_000));
    it.clock.advance(dueInMs!);
  }
  expect(waits).toEqual([1, 2, 5, 8, 16, 32, 60, 60]);
  await lookAround(it);
  expect(await standing(it)).toMatchObject({ status: "active", failures: 0 });
});

test("a hook that its provider refuses waits on, whatever changes beside it", async () => {
  await publishEvents(it);
  await lookAround(it);
  const wakes = async (status: string) => {
    const waits = { text: `update steward.event_triggers set kind = 'hook', status = '${status}'` };
    await it.db.admin.query({ text: `${waits.text}, due_at = to_timestamp(${it.clock.nowMs() / 1000 + 3600})` });
    await inScope(it.db.database, it.scope, (tx) => tx.query(wakeEvents(it.scope.project, it.clock.nowMs())));
    return (await standing(it)).dueInMs! < 60_000;
  };
  expect([await wakes("active"), await wakes("paused"), await wakes("failing")]).toEqual([true, true, false]);
});

test("without a grant nobody is asked, and with one it begins by itself", async () => {
  provider.refusal = { code: "not_granted", message: "no grant allows it" };
  await publishEvents(it);
  await lookAround(it);
  expect(await standing(it)).toMatchObject({ status: "paused", why: "not_granted" });
  provider.refusal = null;
  await inScope(it.db.database, it.scope, (tx) => tx.query(wakeEvents(it.scope.project, it.clock.nowMs())));
  await lookAround(it);
  expect(await standing(it)).toMatchObject({ status: "active", why: null });
  expect(provider.asked).toHaveLength(1);
});

test("a connection that must be connected again pauses its triggers, and goes on where they were", async () => {
  const { flow } = await publishEvents(it);
  await lookAround(it);
  await inScope(it.db.database, it.scope, (tx) =>
    tx.query(pauseEvents(it.scope.project, CONNECTION, "reauth_required", it.clock.nowMs() + 300_000)),
  );
  expect(await standing(it)).toMatchObject({ status: "paused", why: "reauth_required" });
  provider.refusal = { code: "reauth_required", message: "connect it again" };
  provider.happened.push("meanwhile");
  it.clock.advance(3_600_000);
  await lookAround(it);
  expect(provider.asked).toHaveLength(1);
  provider.refusal = null;
  await inScope(it.db.database, it.scope, (tx) => tx.query(wakeEvents(it.scope.project, it.clock.nowMs())));
  await lookAround(it);
  expect(await told(it, flow)).toEqual(["meanwhile"]);
});

test("another account under the same name begins anew", async () => {
  const { flow } = await publishEvents(it);
  await lookAround(it);
  provider.connection = "01234567-89ab-7cde-8fd1-000000000002";
  provider.happened.push("not ours");
  it.clock.advance(60_000);
  await lookAround(it);
  expect(provider.asked.at(-1)).toEqual({ does: "poll", cursor: null });
  expect(await told(it, flow)).toEqual([]);
});

test("the same rule in another version goes on, another rule begins anew, and a trigger that is left out is silent", async () => {
  const { flow } = await publishEvents(it);
  await lookAround(it);
  provider.happened.push("a");
  await publishEvents(it);
  it.clock.advance(60_000);
  await lookAround(it);
  expect(await told(it, flow)).toEqual(["a"]);
  const [mail] = EVENT_FLOW.triggers!;
  provider.happened.push("b");
  await publishEvents(it, {
    file: { ...EVENT_FLOW, triggers: [{ ...mail!, settings: { label: "x" } } as typeof mail & {}] },
  });
  await lookAround(it);
  expect(await told(it, flow)).toEqual(["a"]);
  const count = provider.asked.length;
  await publishEvents(it, { file: { ...EVENT_FLOW, triggers: [] } });
  it.clock.advance(86_400_000);
  await lookAround(it);
  expect(provider.asked).toHaveLength(count);
});

test("a trigger that becomes another kind under its name is silent", async () => {
  await publishEvents(it);
  await lookAround(it);
  await publishEvents(it, { file: { ...EVENT_FLOW, triggers: [{ id: "mail", kind: "webhook" }] } });
  it.clock.advance(3_600_000);
  await lookAround(it);
  expect(provider.asked).toHaveLength(1);
  expect(it.logs).toEqual([]);
});

test("C8: with no active trigger and no run, nobody hears anything for hours", async () => {
  await publishEvents(it);
  await publishEvents(it, { running: false, again: false });
  await it.db.admin.query({ text: "update steward.event_triggers set why = 'flow_paused'" });
  for (let minutes = 0; minutes < 600; minutes += 5) {
    it.clock.advance(300_000);
    await lookOnce(it);
    await it.tick();
  }
  expect(provider.asked).toEqual([]);
});

test("what the project deleted is looked at no more", async () => {
  await publishEvents(it);
  await it.db.admin.query({
    text: "update steward.projects set deleted_at = now() where id = $1",
    values: [it.scope.project],
  });
  await lookOnce(it);
  expect(provider.asked).toEqual([]);
});

test("a worker that stops breaks its looks off, and others go on with them at once", async () => {
  await publishEvents(it);
  const leaving = await another();
  const asked = Promise.withResolvers<void>();
  provider.next = (ask) =>
    new Promise((resolve) => {
      asked.resolve();
      ask.signal.addEventListener("abort", () => resolve({ kind: "refused", code: "cancelled", message: "stopped" }));
    });
  await leaving.poller.look();
  await asked.promise;
  await leaving.poller.stop();
  expect(await standing(it)).toMatchObject({ claimed: false });
  it.clock.advance(1000);
  await lookAround(it);
  expect(await standing(it)).toMatchObject({ status: "active" });
});
