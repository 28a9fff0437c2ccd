/** Caps under load: what flushes take and give back, with several workers on one database. */
import { afterEach, expect, test } from "vitest";
import { ConnectionLostError } from "../core/ports/database.ts";
import type { CapReservation } from "../core/ports/gate.ts";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { seeded } from "../../test/seeded.ts";
import { cappedGate, counters, DONE, makeCap, reservation } from "./capped.testsuite.ts";

const engines: TestEngine[] = [];
afterEach(async () => {
  for (const one of engines.splice(0).toReversed()) await one.close();
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

const post = {
  format: 1 as const,
  name: "post",
  steps: [
    { id: "send", kind: "http", input: { method: "POST", url: "https://example.com/" }, next: ["out"] },
    { id: "out", kind: "set", input: { ok: true } },
  ] as never,
};

/** Looks at the counters until it is told to stop; throws what was wrong at any look. */
function watch(it: TestEngine, max: number) {
  const over = new AbortController();
  const looking = (async () => {
    let looks = 0;
    for (; !over.signal.aborted; looks++) {
      for (const { cap, spent, reserved, held } of await counters(it.db)) {
        expect([cap, reserved]).toEqual([cap, held]);
        expect(spent + reserved).toBeLessThanOrEqual(max);
      }
      await new Promise((done) => setTimeout(done, 2));
    }
    return looks;
  })();
  return async () => {
    over.abort();
    return await looking;
  };
}

async function deadlocks(it: TestEngine): Promise<number> {
  const { rows } = await it.db.admin.query<{ deadlocks: number }>({
    text: "select deadlocks from pg_stat_database where datname = current_database()",
  });
  return rows[0]!.deadlocks;
}

test("50 concurrent runs on one budget, led by two workers, overshoot by nothing and use all of it", async () => {
  const it = await engine({ start: false, lanes: 2 });
  const cap = await makeCap(it.db, it.scope, 100);
  const random = seeded(7);
  // Each reserves 7 and takes 5: 20 fit in the end, 14 at once.
  const gate = cappedGate({
    takes: () => [reservation(cap, 7n, 100n)],
    settles: () => [{ cap, amount: 5n }],
    does: async () => {
      await new Promise((done) => setTimeout(done, random() * 30));
      return DONE;
    },
  });
  const workers = [await second(it, { gate, lanes: 2 }), await second(it, { gate, lanes: 2 })];
  const version = it.flow({ ...post, steps: [{ ...(post.steps as object[])[0], next: [] }] as never });
  const stop = watch(it, 100);
  const ends = await Promise.all(
    Array.from({ length: 50 }, (_, at) => workers[at % 2]!.run(version).then(({ settled }) => settled?.status)),
  );
  expect(await stop()).toBeGreaterThan(3);
  expect(ends.filter((status) => status === "completed")).toHaveLength(19);
  expect(ends.filter((status) => status === "failed")).toHaveLength(31);
  expect(await counters(it.db)).toMatchObject([{ spent: 95, reserved: 0, held: 0 }]);
  expect(gate.sent).toHaveLength(19);
  expect(gate.answers.filter(({ reserved }) => reserved === "waits").length).toBeGreaterThan(0);
});

test("workers whose flushes span projects and overlap in their caps never wait for each other in a circle", async () => {
  const it = await engine({ start: false });
  const scopes = [it.scope, await it.project(), await it.project()];
  const wide = await Promise.all(Array.from({ length: 4 }, () => makeCap(it.db, it.scope, 1_000_000)));
  const own = new Map<string, string>();
  for (const { project } of scopes) own.set(project, await makeCap(it.db, it.scope, 1_000_000, project));
  const random = seeded(11);
  let taken = 0;
  const takes = ({ project }: { project: string }): CapReservation[] => {
    const some = [...wide].toSorted(() => random() - 0.5).slice(0, 1 + Math.floor(random() * 4));
    const all = random() < 0.5 ? [own.get(project)!, ...some] : some;
    taken += all.length;
    return all.map((cap) => reservation(cap, 1n, 1_000_000n, `day ${Math.floor(random() * 3)}`));
  };
  const gate = cappedGate({ takes });
  const workers = [await second(it, { gate, lanes: 2 }), await second(it, { gate, lanes: 2 })];
  const version = it.flow({
    format: 1,
    name: "loop",
    steps: [
      {
        id: "each",
        kind: "each",
        input: { items: [1, 2, 3, 4, 5, 6], parallel: 3 },
        steps: [{ id: "send", kind: "http", input: { method: "POST", url: "https://example.com/" } }],
      },
    ] as never,
  });
  const stop = watch(it, 1_000_000);
  const ends = await Promise.all(
    Array.from({ length: 90 }, (_, at) =>
      workers[at % 2]!.engine.startRun(
        { scope: scopes[at % 3]!, version, trigger: "manual", input: {} },
        "end",
        60_000,
      ),
    ),
  );
  await stop();
  expect(new Set(ends.map(({ settled }) => settled?.status))).toEqual(new Set(["completed"]));
  expect(await deadlocks(it)).toBe(0);
  expect(workers.flatMap(({ logs }) => logs)).toEqual([]);
  const all = await counters(it.db);
  expect(gate.sent).toHaveLength(540);
  expect(all.reduce((sum, { spent }) => sum + spent, 0)).toBe(taken);
  expect(all.every(({ reserved, held }) => reserved === 0 && held === 0)).toBe(true);
}, 120_000);

test("R5: a commit whose answer is lost is asked once more what it got, and nothing is taken twice", async () => {
  let lose = 0;
  const it = await engine({ start: false });
  const cap = await makeCap(it.db, it.scope, 100);
  const gate = cappedGate({ takes: () => [reservation(cap, 7n, 100n)], settles: () => [{ cap, amount: 5n }] });
  const worker = await second(it, {
    gate,
    database: (real) => ({
      query: (statement) => real.query(statement),
      transaction: (act) => real.transaction(act),
      async pipeline(statements) {
        const answer = await real.pipeline(statements);
        if (lose > 0 && statements.some(({ name }) => name === "take_reservations")) {
          lose--;
          throw new ConnectionLostError("unknown", { cause: new Error("the test cut the connection") });
        }
        return answer;
      },
    }),
  });
  const version = it.flow(post);
  for (let round = 0; round < 5; round++) {
    lose = 1;
    expect((await worker.run(version)).settled).toMatchObject({ status: "completed" });
  }
  expect(gate.answers.map(({ reserved }) => reserved)).toEqual(Array.from({ length: 5 }, () => "granted"));
  expect(await counters(it.db)).toMatchObject([{ spent: 25, reserved: 0, held: 0 }]);
});

test("all or nothing: an effect takes from none of its caps while one has no room, and waits only for others", async () => {
  const it = await engine({ start: false });
  const [wide, narrow] = [await makeCap(it.db, it.scope, 100), await makeCap(it.db, it.scope, 10)];
  const first = Promise.withResolvers<void>();
  const gate = cappedGate({
    takes: () => [reservation(wide, 10n, 100n), reservation(narrow, 6n, 10n)],
    settles: () => [wide, narrow].map((cap) => ({ cap, amount: 2n })),
    does: async () => {
      await first.promise;
      return DONE;
    },
  });
  const worker = await second(it, { gate });
  const version = it.flow(post);
  const both = [worker.run(version), worker.run(version)];
  await until(() => gate.answers.length === 2);
  expect(gate.answers.map(({ reserved, cap }) => [reserved, cap])).toEqual([
    ["granted", null],
    ["waits", narrow],
  ]);
  expect(sortedBy(await counters(it.db), wide)).toMatchObject([
    { reserved: 10, spent: 0 },
    { reserved: 6, spent: 0 },
  ]);
  first.resolve();
  expect((await Promise.all(both)).map(({ settled }) => settled?.status)).toEqual(["completed", "completed"]);
  expect(sortedBy(await counters(it.db), wide)).toMatchObject([
    { reserved: 0, spent: 4 },
    { reserved: 0, spent: 4 },
  ]);
});

test("a run that ends with an effect in doubt leaves what it reserved spent, for it may have happened", async () => {
  const it = await engine({ start: false });
  const cap = await makeCap(it.db, it.scope, 100);
  const gate = cappedGate({
    takes: () => [reservation(cap, 7n, 100n)],
    does: () => ({ kind: "unknown", code: "reset", message: "cut" }),
  });
  const worker = await second(it, { gate });
  const { run } = await worker.engine.startRun(
    { scope: it.scope, version: it.flow(post), trigger: "manual", input: {} },
    null,
    0,
  );
  await until(async () => (await worker.engine.readRun(it.scope, run))?.row.status === "in_doubt");
  expect(await counters(it.db)).toMatchObject([{ spent: 0, reserved: 7, held: 7 }]);
  await worker.engine.cancelRun(it.scope, run, "ann");
  await worker.engine.waitForEnd(it.scope, run, 5000);
  expect(await counters(it.db)).toMatchObject([{ spent: 7, reserved: 0, held: 0 }]);
});

test("what is sent again after a crash reserves anew, and the call before counts as reserved", async () => {
  const it = await engine({ start: false });
  const cap = await makeCap(it.db, it.scope, 20);
  const gateOf = (does: () => Promise<typeof DONE> | typeof DONE) =>
    cappedGate({ takes: () => [reservation(cap, 7n, 20n)], settles: () => [{ cap, amount: 5n }], does, waitMs: 0 });
  const hanging = gateOf(() => new Promise(() => undefined));
  const [first] = post.steps as readonly object[];
  const version = it.flow({
    ...post,
    steps: [{ ...first, input: { url: "https://example.com/" }, next: [] }] as never,
  });
  const { run } = await crashed(it, hanging, version);
  const next = await second(it, { gate: gateOf(() => DONE), start: false });
  await next.tick();
  expect(await next.engine.waitForEnd(it.scope, run, 10_000)).toMatchObject({ status: "completed" });
  expect(await counters(it.db)).toMatchObject([{ spent: 12, reserved: 0, held: 0 }]);

  // The call before has used up what this one would take: it is refused, and the cap is not passed.
  const again = await crashed(it, hanging, version);
  await next.tick();
  expect(await next.engine.waitForEnd(it.scope, again.run, 10_000)).toMatchObject({
    status: "failed",
    error: { code: "budget_exceeded" },
  });
  expect(await counters(it.db)).toMatchObject([{ spent: 19, reserved: 0, held: 0 }]);
});

/** A run whose worker dies while its effect is on its way. */
async function crashed(it: TestEngine, gate: ReturnType<typeof cappedGate>, version: ReturnType<TestEngine["flow"]>) {
  const sent = gate.sent.length;
  const worker = await second(it, { gate, start: false });
  const started = await worker.engine.startRun({ scope: it.scope, version, trigger: "manual", input: {} }, null, 0);
  await until(() => gate.sent.length > sent);
  worker.worker.claim = () => Promise.resolve(0);
  await it.db.admin.query({
    text: "update steward.queue set worker = null, fence = fence + 1, due_at = '-infinity' where run = $1",
    values: [started.run],
  });
  return started;
}

test("R2: who has lost its fence reserves nothing more, also while it waits", async () => {
  const it = await engine({ start: false });
  const cap = await makeCap(it.db, it.scope, 10);
  await it.db.admin.query({
    text: "insert into steward.cap_counters (organization, cap, period_key, reserved, updated_at) values ($1, $2, 'total', 10, now())",
    values: [it.scope.organization, cap],
  });
  const gate = cappedGate({ takes: () => [reservation(cap, 1n, 10n)] });
  const worker = await second(it, { gate, start: false });
  await worker.engine.startRun({ scope: it.scope, version: it.flow(post), trigger: "manual", input: {} }, null, 0);
  await until(() => gate.answers.length === 1);
  await it.db.admin.query({ text: "update steward.queue set fence = fence + 1, due_at = 'infinity'" });
  await it.db.admin.query({ text: "update steward.cap_counters set reserved = 0" });
  await until(() => worker.parts.live.size === 0);
  expect([gate.sent, gate.refused]).toEqual([[], []]);
  expect(await counters(it.db)).toMatchObject([{ spent: 0, reserved: 0, held: 0 }]);
});

function sortedBy<T extends { readonly cap: string }>(all: readonly T[], first: string): readonly T[] {
  return all.toSorted((a) => (a.cap === first ? -1 : 1));
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (await condition()) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error("it did not come to this within 5 s");
}
