/** The end of a responsibility (C7): who rests on it is stopped, and nobody else. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FlowFileInput, Stopped } from "@steward/sdk";
import { showId } from "../core/id.ts";
import type { EndedConnection, EndedThing } from "../core/ports/endings.ts";
import { listDueEndings } from "../store/endings.ts";
import { endGrants, insertGrant } from "../store/grants.ts";
import { inScope } from "../store/scope.ts";
import type { RunningEndings } from "./create-endings.ts";
import { deleteCredential } from "./delete-credential.ts";
import { deleteFlow } from "./delete-flow.ts";
import { testEndings } from "./endings.testsuite.ts";
import { newWorld, publish, push, soon, startEngine, type World } from "./flows.testsuite.ts";
import { getFlow } from "./get-flow.ts";
import { createUsesTurns } from "./note-uses.ts";
import { pauseFlow } from "./pause-flow.ts";
import { publishFlow } from "./publish-flow.ts";
import { putCredential } from "./put-credential.ts";
import { resumeFlow } from "./resume-flow.ts";

let world: World;
let engine: Awaited<ReturnType<typeof startEngine>>;
let endings: RunningEndings;
const told: { readonly kind: string; readonly id: string }[] = [];

const anotherProcess = (more: Parameters<typeof testEndings>[1] = {}): RunningEndings => {
  const { db, keyring, clock, process } = world;
  const ground = { database: db.database, dispatch: db.dispatch, keyring, clock, ids: process.parts.ids };
  const words = {
    sayRevoked: (_place: unknown, thing: { kind: string; id: string }) => {
      told.push(thing);
      return Promise.resolve({ atMs: clock.nowMs(), acknowledged: ["w"], silent: [], inFlight: [] });
    },
  };
  return testEndings(ground, { engine: engine.engine, changes: process.parts.changes, words, ...more });
};

beforeEach(async () => {
  world = await newWorld();
  engine = await startEngine(world, world.process);
  told.length = 0;
  endings = anotherProcess();
});
afterEach(async () => {
  await engine.close();
  await world.close();
});

type Steps = FlowFileInput["steps"];
const pause = { id: "pause", kind: "wait", input: { event: "go" }, next: ["use"] };
const acting = (connection: string, action = "gmail.send"): Steps => [
  pause,
  { id: "use", kind: "action", input: { action, connection, arguments: MAIL[action] } },
];
const MAIL: Readonly<Record<string, object>> = {
  "gmail.send": { to: ["ann@example.com"], subject: "s", text: "t" },
  "gmail.search": { query: "x" },
};
const asking = (credential: string): Steps => [
  pause,
  { id: "use", kind: "http", input: { url: "https://a.example/", credential } },
];

/** Published as steps, by a program that knows the kinds but not which connectors there are. */
async function flow(slug: string, steps: Steps, more: Partial<FlowFileInput> = {}): Promise<void> {
  await publish(world, slug, { steps, ...more });
}

async function start(slug: string, starter: string | null = null): Promise<string> {
  const { parts } = world.process;
  const version = (await parts.versions.published(world.scope, slug))!;
  const wish = { scope: world.scope, version, trigger: "manual", input: { body: {} } };
  const more = starter === null ? {} : { starter: { account: starter, inPerson: true } };
  const { run } = await engine.engine.startRun({ ...wish, ...more }, null, 0);
  await soon(async () => (await statusOf(run)) === "waiting");
  return run;
}

async function statusOf(run: string): Promise<string | undefined> {
  const text = "select status from steward.runs where id = $1";
  return (await world.db.admin.query<{ status: string }>({ text, values: [run] })).rows[0]?.status;
}

const connection = (more: Partial<EndedConnection> = {}): EndedConnection => ({
  id: world.process.parts.ids.uuid(),
  slug: "work",
  connector: "gmail",
  owner: null,
  flow: null,
  isOwn: false,
  ...more,
});

async function end(of: EndedThing, by: RunningEndings = endings): Promise<Stopped> {
  const id = await begin(of, by);
  return await by.finish(world.scope, id);
}

async function begin(of: EndedThing, by: RunningEndings = endings): Promise<string> {
  const id = world.process.parts.ids.uuid();
  const atMs = world.clock.nowMs();
  await inScope(world.db.database, world.scope, (tx) => by.begin(tx, world.scope, { id, of, by: "acc_ann", atMs }));
  return id;
}

const shown = (runs: readonly string[]): string[] => runs.map((run) => showId("run", run)).toSorted();
const flowShown = (slug: string) => getFlow(world.process.parts, world.scope, slug);

test("a connection's dependents are paused with why, their runs cancelled, and nothing else is touched", async () => {
  await flow("mails", acting("work"));
  await flow("others", acting("private"));
  await flow("plain", [pause, { id: "use", kind: "set", input: {} }]);
  const mine = [await start("mails"), await start("mails")];
  const others = [await start("others"), await start("plain"), await start("plain")];
  const one = connection();
  const stopped = await end({ kind: "connection", connection: one, grants: [] });
  expect(stopped).toMatchObject({
    acknowledged: ["w"],
    pausedFlows: ["mails"],
    pausedFlowCount: 1,
    pausedTriggers: [{ flow: "mails", trigger: "in" }],
    cancelledRunCount: 2,
  });
  expect(stopped.cancelledRuns.toSorted()).toEqual(shown(mine));
  expect(told).toEqual([{ kind: "connection", id: one.id }]);
  await soon(async () => (await Promise.all(mine.map(statusOf))).every((status) => status === "cancelled"));
  expect((await engine.engine.readRun(world.scope, mine[0]!))?.error).toMatchObject({
    code: "cancelled",
    message: "cancelled because the connection work was disconnected",
    details: { receipt: expect.stringMatching(/^rev_/), connection: "work" },
  });
  expect(await Promise.all(others.map(statusOf))).toEqual(["waiting", "waiting", "waiting"]);
  expect(await flowShown("mails")).toMatchObject({
    paused: true,
    pausedBecause: { ended: "connection", name: "work" },
  });
  expect(await flowShown("others")).toMatchObject({ paused: false, pausedBecause: null });
  await resumeFlow(world.process.parts, world.scope, "mails", "mem_1");
  expect(await flowShown("mails")).toMatchObject({ paused: false, pausedBecause: null });
});

test("runs on an older version that used it are cancelled too, and a flow that uses it no longer goes on", async () => {
  await flow("mails", acting("work"));
  const old = await start("mails");
  await flow("mails", [pause, { id: "use", kind: "set", input: {} }]);
  const fresh = await start("mails");
  const stopped = await end({ kind: "connection", connection: connection(), grants: [] });
  expect(stopped).toMatchObject({ pausedFlowCount: 0, cancelledRuns: shown([old]) });
  await soon(async () => (await statusOf(old)) === "cancelled");
  expect([await statusOf(fresh), (await flowShown("mails")).paused]).toEqual(["waiting", false]);
});

test("of a connection that one flow alone may use, another flow of that name for it is no dependent", async () => {
  await flow("one", acting("work"));
  await flow("two", acting("work"));
  const runs = [await start("one"), await start("two")];
  const stopped = await end({ kind: "connection", connection: connection({ flow: "one" }), grants: [] });
  expect(stopped).toMatchObject({ pausedFlows: ["one"], cancelledRuns: shown([runs[0]!]) });
  expect(await statusOf(runs[1]!)).toBe("waiting");
});

test("`me` ends for whose connection it was alone: their runs, no flow, and nobody where it meant another", async () => {
  const { ids } = world.process.parts;
  const [ann, bob] = [ids.uuid(), ids.uuid()];
  await flow("mine", acting("me"));
  const runs = [await start("mine", ann), await start("mine", bob), await start("mine")];
  const own = connection({ slug: "ann-mail", owner: ann });
  expect(await end({ kind: "connection", connection: own, grants: [] })).toMatchObject({ cancelledRunCount: 0 });
  const stopped = await end({ kind: "connection", connection: { ...own, isOwn: true }, grants: [] });
  expect(stopped).toMatchObject({ pausedFlowCount: 0, cancelledRuns: shown([runs[0]!]) });
  await soon(async () => (await statusOf(runs[0]!)) === "cancelled");
  expect(await Promise.all(runs.slice(1).map(statusOf))).toEqual(["waiting", "waiting"]);
});

async function give(to: string, actions: readonly string[], on: { connection: string } | { credential: string }) {
  const id = world.process.parts.ids.uuid();
  const line = { actions: [...actions], when: [], rate: [], money: [] };
  const about = "connection" in on ? { connection: "work" } : on;
  const form = { to, ...about, lines: [line], note: "" };
  const grant = { id, kind: "grant", principal: to, form, givenBy: null, by: "acc_ann", atMs: 0 } as const;
  const { connection: row = null, credential = null } = { connection: undefined, credential: undefined, ...on };
  await inScope(world.db.database, world.scope, async (tx) => {
    for (const statement of insertGrant(world.scope, { ...grant, connection: row, credential }))
      await tx.query(statement);
  });
  return { id, form };
}

async function realConnection(): Promise<EndedConnection> {
  const one = connection();
  await world.db.admin.query({
    text: `insert into steward.connections (organization, project, id, slug, connector, authentication, status, created_at, created_by)
      values ($1, $2, $3, 'work', 'gmail', 'none', 'active', now(), 'test')`,
    values: [world.scope.organization, world.scope.project, one.id],
  });
  return one;
}

async function revoke(grant: Awaited<ReturnType<typeof give>>, on: EndedConnection): Promise<Stopped> {
  await inScope(world.db.database, world.scope, (tx) =>
    endGrants(tx, world.scope.project, { grant: grant.id }, { by: "acc_ann", atMs: 0 }),
  );
  return await end({ kind: "grant", grant, on });
}

test("a grant's end pauses the flows that no other grant covers, by what they do", async () => {
  const on = await realConnection();
  await flow("sends", acting("work"));
  await flow("searches", acting("work", "gmail.search"));
  const runs = { sends: await start("sends"), searches: await start("searches") };
  const all = await give("project", ["*"], { connection: on.id });
  const reading = await give("flow:searches", ["read"], { connection: on.id });
  const both = await give("project", ["gmail.*"], { connection: on.id });
  expect(await revoke(all, on)).toMatchObject({ pausedFlowCount: 0, cancelledRunCount: 0 });
  expect(await revoke(both, on)).toMatchObject({ pausedFlows: ["sends"], cancelledRuns: shown([runs.sends]) });
  expect((await flowShown("sends")).pausedBecause).toMatchObject({ ended: "grant", name: showId("grt", both.id) });
  expect([await statusOf(runs.searches), (await flowShown("searches")).paused]).toEqual(["waiting", false]);
  expect(await revoke(reading, on)).toMatchObject({ pausedFlows: ["searches"], cancelledRuns: shown([runs.searches]) });
});

test("a credential's end stops what names it, what verifies with it, and what only the run can tell where it was granted", async () => {
  const { parts } = world.process;
  const hosts = ["a.example"];
  const secret = { kind: "bearer", secret: "s", hosts } as const;
  await flow("free", asking("{{ trigger.body.which }}"));
  await flow("granted", asking("{{ trigger.body.which }}"));
  await flow("named", asking("shop"));
  const { member, organization, project } = world.scope;
  await putCredential(parts, { organization, project }, "shop", { ...secret, flows: ["granted"] }, member, "mem_1");
  await putCredential(parts, world.scope, "other", { ...secret, flows: ["free"] }, member, "mem_1");
  const signature = { kind: "github", credential: "shop" } as const;
  await flow("signed", [pause, { id: "use", kind: "set", input: {} }], {
    triggers: [{ id: "in", kind: "webhook", signature }],
  });
  const runs = { free: await start("free"), granted: await start("granted"), named: await start("named") };
  const stopped = await deleteCredential({ ...parts, endings }, world.scope, "shop", "mem_1");
  expect(stopped.pausedFlows.toSorted()).toEqual(["granted", "named", "signed"]);
  expect(stopped.cancelledRuns.toSorted()).toEqual(shown([runs.granted, runs.named]));
  expect(await statusOf(runs.free)).toBe("waiting");
});

test("a deleted flow's runs are cancelled, and those of whoever calls it go on", async () => {
  await flow("called", [pause, { id: "use", kind: "set", input: {} }]);
  await flow("caller", [
    { id: "call", kind: "flow", input: { flow: "called", input: {}, wait: true }, onError: "continue", next: ["rest"] },
    { id: "rest", kind: "wait", input: { event: "go" } },
  ]);
  const own = await start("called");
  const caller = await start("caller");
  const stopped = await deleteFlow({ ...world.process.parts, endings }, world.scope, "called", "mem_1");
  expect(stopped).toMatchObject({ pausedFlowCount: 0, cancelledRunCount: 2 });
  expect(told).toEqual([{ kind: "flow", id: "called" }]);
  await soon(async () => (await statusOf(own)) === "cancelled");
  await soon(async () => {
    const text = "select from steward.runs where status = 'cancelled'";
    return (await world.db.admin.query({ text })).count === 2;
  });
  expect(await statusOf(caller)).toBe("waiting");
});

test("two ends at once, and one that is told again, cancel each run once and list the same", async () => {
  await flow("mails", acting("work"));
  const runs: string[] = [];
  for (let n = 0; n < 5; n++) runs.push(await start("mails"));
  const of = { kind: "connection", connection: connection(), grants: [] } as const;
  const id = await begin(of);
  const other = anotherProcess();
  const answers = await Promise.all([endings.finish(world.scope, id), other.finish(world.scope, id), other.turn()]);
  const again = await other.finish(world.scope, id);
  for (const one of [answers[0], answers[1], again])
    expect([one.cancelledRunCount, one.pausedFlowCount]).toEqual([5, 1]);
  const { rows } = await world.db.admin.query<{ count: number }>({
    text: `select count(*)::int as count from steward.audit_batches b, jsonb_array_elements(b.entries) e
      where e->>'action' = 'run.cancelled'`,
  });
  expect(rows[0]!.count).toBe(5);
  await soon(async () => (await Promise.all(runs.map(statusOf))).every((status) => status === "cancelled"));
  expect(await end(of)).toMatchObject({ pausedFlowCount: 0, cancelledRunCount: 0 });
});

test("whoever dies after the commit loses nothing: the turns go on where it was, also in the middle", async () => {
  await flow("mails", acting("work"));
  const runs: string[] = [];
  for (let n = 0; n < 3; n++) runs.push(await start("mails"));
  const id = await begin({ kind: "connection", connection: connection(), grants: [] });
  expect((await flowShown("mails")).paused).toBe(true);
  const dying = anotherProcess({
    words: { sayRevoked: () => Promise.reject(new Error("it died")) },
    engine: { sealCancel: () => Promise.reject(new Error("it died")), wake: () => undefined },
  });
  await expect(dying.finish(world.scope, id)).rejects.toThrow("it died");
  expect(await Promise.all(runs.map(statusOf))).toEqual(["waiting", "waiting", "waiting"]);
  expect(await endings.turn()).toBe(1);
  await soon(async () => (await Promise.all(runs.map(statusOf))).every((status) => status === "cancelled"));
  expect(await endings.finish(world.scope, id)).toMatchObject({ acknowledged: ["w"], cancelledRunCount: 3 });
});

test("what a broken process leaves is put off, and others are looked at meanwhile", async () => {
  await flow("mails", acting("work"));
  await start("mails");
  await begin({ kind: "connection", connection: connection(), grants: [] });
  const broken = anotherProcess({ words: { sayRevoked: () => Promise.reject(new Error("nobody hears")) } });
  expect(await broken.turn()).toBe(1);
  expect(await broken.turn()).toBe(0);
  world.clock.advance(10_001);
  expect(await broken.turn()).toBe(1);
});

test("it is looked once more for what could not be seen yet, and then it is over", async () => {
  await flow("mails", acting("work"));
  const id = await begin({ kind: "connection", connection: connection(), grants: [] });
  await endings.finish(world.scope, id);
  // A flow that was being published meanwhile, and a run that was accepted and not written.
  await publish(world, "late", { steps: acting("work") });
  const at = world.clock.nowMs();
  await world.db.admin.query({
    text: `update steward.flow_versions v set published_at = e.at from steward.endings e, steward.flows f where f.id = v.flow and f.slug = 'late'`,
  });
  expect(await endings.turn()).toBe(0);
  world.clock.advance(15_001);
  expect(await endings.turn()).toBe(1);
  expect(await flowShown("late")).toMatchObject({ paused: true, pausedBecause: { name: "work" } });
  expect(await endings.turn()).toBe(0);
  await resumeFlow(world.process.parts, world.scope, "late", "mem_1");
  world.clock.advance(86_400_000);
  expect(await endings.turn()).toBe(1);
  const due = { byMs: at + 1e12, organization: null, limit: 10 };
  expect(await listDueEndings(world.db.dispatch, due)).toEqual([]);
  expect((await flowShown("late")).paused).toBe(false);
});

test("a flow that is published anew while its connection ends is paused by what it is published as", async () => {
  await flow("mails", acting("work"));
  await flow("leaves", acting("work"));
  await push(world, "mails", { steps: acting("work", "gmail.search") });
  await push(world, "leaves", { steps: [pause, { id: "use", kind: "set", input: {} }] });
  const { parts } = world.process;
  for (const slug of ["mails", "leaves"]) {
    const of = { kind: "connection", connection: connection(), grants: [] } as const;
    await Promise.all([publishFlow(parts, world.scope, slug, world.scope.member, "mem_1"), begin(of)]);
  }
  const [mails, leaves] = await Promise.all([flowShown("mails"), flowShown("leaves")]);
  expect([mails.version, mails.paused, leaves.version]).toEqual([2, true, 2]);
});

test("versions of before are opened by what ends, and by turns", async () => {
  await flow("mails", acting("work"));
  await flow("others", acting("private"));
  const run = await start("mails");
  const forget = async (): Promise<void> => {
    await world.db.admin.query({ text: "delete from steward.flow_uses" });
    await world.db.admin.query({ text: "update steward.flow_versions set uses_known = false" });
  };
  const uses = async (): Promise<number> =>
    (await world.db.admin.query({ text: "select from steward.flow_uses" })).count;
  await forget();
  const stopped = await end({ kind: "connection", connection: connection(), grants: [] });
  expect(stopped).toMatchObject({ pausedFlows: ["mails"], cancelledRuns: shown([run]) });
  await forget();
  const { database, dispatch } = world.db;
  const logs: unknown[] = [];
  const turns = createUsesTurns({
    database,
    dispatch,
    keysOf: ({ organization, project }) => world.keyring.project(organization, project),
    log: (...line) => void logs.push(line),
  });
  await turns.turn();
  expect([await uses(), logs]).toEqual([2, []]);
  expect(await turns.turn()).toBe(0);
});

test("a flow that a person has paused stays theirs, and its runs end all the same", async () => {
  await flow("mails", acting("work"));
  const run = await start("mails");
  await pauseFlow(world.process.parts, world.scope, "mails", "mem_1");
  const stopped = await end({ kind: "connection", connection: connection(), grants: [] });
  expect(stopped).toMatchObject({ pausedFlowCount: 0, cancelledRuns: shown([run]) });
  expect((await flowShown("mails")).pausedBecause).toBeNull();
});

test("a storm of unrelated runs loses none, while many dependents end", { timeout: 60_000 }, async () => {
  await flow("mails", acting("work"));
  await flow("busy", [{ id: "use", kind: "set", input: { n: 1 } }]);
  await flow("patient", [pause, { id: "use", kind: "set", input: {} }]);
  const { parts } = world.process;
  const many = async (slug: string, count: number): Promise<string[]> => {
    const version = (await parts.versions.published(world.scope, slug))!;
    const wish = { scope: world.scope, version, trigger: "manual", input: { body: {} } };
    const all = await Promise.all(Array.from({ length: count }, () => engine.engine.startRun(wish, null, 0)));
    return all.map(({ run }) => run);
  };
  const [mine, patient] = await Promise.all([many("mails", 250), many("patient", 50)]);
  const storm = many("busy", 300);
  const stopped = await end({ kind: "connection", connection: connection(), grants: [] });
  expect(stopped).toMatchObject({ pausedFlows: ["mails"], cancelledRunCount: 250 });
  expect(stopped.cancelledRuns).toHaveLength(100);
  const busy = await storm;
  const counts = async (runs: readonly string[]) => {
    const { rows } = await world.db.admin.query<{ status: string; count: number }>({
      text: "select status, count(*)::int as count from steward.runs where id = any($1::uuid[]) group by status",
      values: [runs],
    });
    return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
  };
  for (let turn = 0; turn < 5; turn++)
    await soon(async () => (await counts(mine))["cancelled"] === 250).catch(() => undefined);
  await soon(async () => (await counts(busy))["completed"] === 300);
  expect([await counts(mine), await counts(patient)]).toEqual([{ cancelled: 250 }, { waiting: 50 }]);
});

test("what was granted to a flow is none of another one's that takes its name", async () => {
  const on = await realConnection();
  await flow("mails", acting("work"));
  const { parts } = world.process;
  await give("flow:mails", ["gmail.send"], { connection: on.id });
  await give("project", ["gmail.send"], { connection: on.id });
  await deleteFlow({ ...parts, endings }, world.scope, "mails", "mem_1");
  const standing = async (): Promise<readonly string[]> =>
    (
      await world.db.admin.query<{ principal: string }>({
        text: "select principal from steward.grants where revoked_at is null order by principal",
      })
    ).rows.map(({ principal }) => principal);
  expect(await standing()).toEqual(["flow:mails", "project"]);
  await push(world, "mails");
  expect(await standing()).toEqual(["project"]);
});

test("what was granted to a deleted flow ends when it can't be brought back any more", async () => {
  const on = await realConnection();
  await flow("mails", acting("work"));
  await flow("back", acting("work"));
  const { parts } = world.process;
  for (const slug of ["mails", "back"]) await give(`flow:${slug}`, ["gmail.send"], { connection: on.id });
  for (const slug of ["mails", "back"]) await deleteFlow({ ...parts, endings }, world.scope, slug, "mem_1");
  await world.db.admin.query({ text: "update steward.flows set deleted_at = null where slug = 'back'" });
  for (const ms of [15_001, 86_400_000, 30 * 86_400_000]) {
    world.clock.advance(ms);
    await endings.turn();
  }
  const { rows } = await world.db.admin.query({
    text: "select principal from steward.grants where revoked_at is null",
  });
  expect(rows).toEqual([{ principal: "flow:back" }]);
});
