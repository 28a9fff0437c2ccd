/** A worker that dies before or after one of its commits, and another one that leads its run on. */
import type { FlowFileInput } from "@steward/sdk";
import { ConnectionLostError, type Database, type Statement, type Transaction } from "../core/ports/database.ts";
import type { Gate } from "../core/ports/gate.ts";
import { testEngine, type TestEngine } from "../../test/engine.ts";

const engines: TestEngine[] = [];
/** To be called after each test. */
export async function closeEngines(): Promise<void> {
  for (const one of engines.splice(0).toReversed()) await one.close();
}

const isFlush = (statements: readonly Statement<object>[]): boolean =>
  statements.some(({ name = "" }) => /^(?:insert|update)_(?:runs|segments)_/.test(name));

export interface Death {
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

export async function until<T>(condition: () => Promise<T | null | false>): Promise<T> {
  for (let turn = 0; turn < 1000; turn++) {
    const found = await condition();
    if (found !== null && found !== false) return found;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error("it did not come to this within 10 s");
}

export interface Fate {
  /** Null when the worker died before anything was accepted, and whoever asked was told. */
  readonly status: string | null;
  readonly died: boolean;
}

/** A run that is led by a worker until it dies so, and then by another. `drive` settles when there is nothing more to do. */
export async function through(
  death: Death,
  flow: FlowFileInput,
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
  const version = base.flow(flow);
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

export const deathsOf = (flushes: number): readonly Death[] =>
  Array.from({ length: flushes }, (_, at) =>
    (["before", "after"] as const).map((when) => ({ flush: at + 1, when })),
  ).flat();
