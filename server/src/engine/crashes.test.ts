/**
 * A worker dies before or after each of its commits, through the whole life of effects that reserve and ask people;
 * another one leads the run on. Nothing happens twice, nothing is lost, and what is counted is what was sent.
 */
import { afterEach, expect, test } from "vitest";
import { ConnectionLostError, type Database, type Statement, type Transaction } from "../core/ports/database.ts";
import type { EffectCall, Gate } from "../core/ports/gate.ts";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { cappedGate, counters, DONE, makeCap, reservation } from "./capped.testsuite.ts";
import { approvals, askingGate, decide } from "./people.testsuite.ts";

const engines: TestEngine[] = [];
afterEach(async () => {
  for (const one of engines.splice(0).toReversed()) await one.close();
});

const isFlush = (statements: readonly Statement<object>[]): boolean =>
  statements.some(({ name = "" }) => /^(?:insert|update)_(?:runs|segments)_/.test(name));

interface Death {
  /** Before or after the commit of this flush, counted from 1. */
  readonly flush: number;
  readonly when: "before" | "after";
}

/** A database on which the worker dies: what it has not committed is void, and another one may take its runs. */
function mortal(death: Death, fatal: { isDead: boolean }, die: () => Promise<void>) {
  let flushes = 0;
  let dead = false;
  const around = async <T>(write: () => Promise<T>): Promise<T> => {
    if (++flushes !== death.flush || dead) return await write();
    dead = true;
    fatal.isDead = true;
    if (death.when === "after") await write();
    await die();
    throw new ConnectionLostError("unknown", { cause: new Error("the test killed the worker") });
  };
  return (real: Database): Database => ({
    query: (statement) => real.query(statement),
    async pipeline(statements) {
      if (!isFlush(statements)) return real.pipeline(statements);
      return await around(() => real.pipeline(statements));
    },
    transaction: <T>(act: (tx: Transaction) => Promise<T>) => around(() => real.transaction(act)),
  });
}

async function until<T>(condition: () => Promise<T | null | false>): Promise<T> {
  for (let turn = 0; turn < 1000; turn++) {
    const found = await condition();
    if (found !== null && found !== false) return found;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error("it did not come to this within 10 s");
}

/** Whoever sends under a key that was sent before is answered as then: each key counts once. */
function world() {
  const keys = new Set<string>();
  return {
    keys,
    does: (call: EffectCall) => {
      keys.add(call.idempotencyKey ?? `${call.run}/${call.step}`);
      return DONE;
    },
  };
}

const steps = [
  { id: "first", kind: "http", input: { method: "POST", url: "https://example.com/", repeat: "key" }, next: ["last"] },
  { id: "last", kind: "http", input: { method: "POST", url: "https://example.com/", repeat: "key" } },
] as never;

interface Fate {
  /** Null when the worker died before anything was accepted, and whoever asked was told. */
  readonly status: string | null;
  readonly died: boolean;
}

/** A run that is led by a worker until it dies so, and then by another. `drive` settles when there is nothing more to do. */
async function through(
  death: Death,
  gateOf: (it: () => TestEngine) => Gate,
  drive: (it: TestEngine) => Promise<void> = () => Promise.resolve(),
): Promise<Fate> {
  let it: TestEngine | null = null;
  const gate = gateOf(() => it!);
  const base = await testEngine({ gate, limits: { liveRunsMax: 0 } });
  it = base;
  engines.push(base);
  const died = Promise.withResolvers<true>();
  const fatal = { isDead: false };
  const dying = await base.another({
    limits: {},
    database: mortal(death, fatal, async () => {
      dying.worker.claim = () => Promise.resolve(0);
      await base.db.admin.query({
        text: "update steward.queue set worker = null, fence = fence + 1, due_at = '-infinity'",
      });
      died.resolve(true);
    }),
  });
  engines.push(dying);
  const version = base.flow({ format: 1, name: "two", steps });
  const started = dying.engine.startRun({ scope: base.scope, version, trigger: "manual", input: {} }, null, 0);
  started.catch(() => undefined);
  const driven = drive(base);
  driven.catch(() => undefined);
  const isOver = (async () => {
    await started;
    await driven;
    await ended(base);
    return fatal.isDead; // of the last flush the run's end may be seen before the death is done
  })();
  isOver.catch(() => undefined);
  const isDead = await Promise.race([died.promise, isOver]);
  if (isDead) {
    engines.push(await base.another({ limits: {} }));
    if ((await base.db.admin.query({ text: "select from steward.runs" })).count === 0)
      return { status: null, died: true };
  }
  await driven;
  return { status: await ended(base), died: isDead };
}

async function ended(it: TestEngine): Promise<string> {
  return await until(async () => {
    const text = "select status from steward.runs where ended_at is not null";
    return (await it.db.admin.query<{ status: string }>({ text })).rows[0]?.status ?? null;
  });
}

const deathsOf = (flushes: number): readonly Death[] =>
  Array.from({ length: flushes }, (_, at) =>
    (["before", "after"] as const).map((when) => ({ flush: at + 1, when })),
  ).flat();

test.each(deathsOf(3))("what is reserved is counted once for each effect: dead $when flush $flush", async (death) => {
  const { keys, does } = world();
  let cap: Promise<string> | null = null;
  let engine: TestEngine | null = null;
  const { status, died } = await through(death, (it) => ({
    async perform(call) {
      engine ??= it();
      const id = await (cap ??= makeCap(engine.db, engine.scope, 100));
      return await cappedGate({
        takes: () => [reservation(id, 7n, 100n)],
        settles: () => [{ cap: id, amount: 5n }],
        does,
      }).perform(call);
    },
  }));
  expect(died).toBe(true);
  if (status === null) return;
  expect(status).toBe("completed");
  expect(keys.size).toBe(2);
  const [counter] = await counters(engine!.db);
  expect(counter).toMatchObject({ spent: 10, reserved: 0, held: 0 });
});

test.each(deathsOf(5))(
  "people are asked, decide, and it is sent under their word: dead $when flush $flush",
  async (death) => {
    const { keys, does } = world();
    let engine: TestEngine | null = null;
    const sentUnder: (string | null)[] = [];
    const { status, died } = await through(
      death,
      (it) =>
        askingGate(
          () => (engine = it()),
          (call) => {
            sentUnder.push(call.approval);
            return does(call);
          },
        ),
      async (it) => {
        for (let decided = 0; decided < 2; decided++) {
          const open = await until(async () => (await approvals(it)).find(({ status: how }) => how === "open") ?? null);
          await decide(it, open, "approved");
          await until(async () => (await approvals(it)).find(({ id }) => id === open.id)?.status === "used");
        }
      },
    );
    expect(died).toBe(true);
    if (status === null) return;
    expect(status).toBe("completed");
    expect(keys.size).toBe(2);
    expect(sentUnder).not.toContain(null);
    const all = await approvals(engine!);
    expect(all.map((one) => one.status)).toEqual(["used", "used"]);
    expect(new Set(sentUnder)).toEqual(new Set(all.map(({ id }) => id)));
  },
);
