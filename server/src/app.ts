/** The composition root: builds every part once, from the settings, and hands each what it works with. */
import { hostname } from "node:os";
import { processStart } from "./adapters/home/process-start.ts";
import { checkPort } from "./adapters/system/check-port.ts";
import { build, type Built } from "./build.ts";
import { buildEntry } from "./build-entry.ts";
import type { Config } from "./config.ts";
import { makePartitions } from "./engine/turns.ts";
import { voidWorkers } from "./engine/void-workers.ts";
import { openGround, type Closers, type Ground } from "./ground.ts";
import { keepApiKey } from "./home-access.ts";
import { firstStart } from "./people/first-start.ts";
import { serve, type Served } from "./serve.ts";

export interface AppOptions {
  readonly config: Config;
  /** A server has the home, the API and the page; a worker leads runs beside it. */
  readonly role: "server" | "worker";
  readonly log: (line: string) => void;
}

export interface App {
  /** Where the server answers; empty for a worker. */
  readonly address: string;
  /** A one-time link into the page; null for a worker. */
  readonly link: string | null;
  /** The first API key, given at the first start only. */
  readonly apiKey: string | null;
  /** Finishes what is in flight within `graceMs`, gives the rest back and closes everything. May be repeated. */
  stop(graceMs?: number): Promise<void>;
  /** Settles with the reason when the app can't go on by itself. */
  readonly failed: Promise<string>;
}

const STOP_GRACE_MS = 10_000;

/** Starts a server or a worker. Throws `home_in_use` and `start_refused`, saying what to do. */
export async function startApp({ config, role, log: line }: AppOptions): Promise<App> {
  if (role === "server") await checkPort(config.host, config.port); // before a home is made for nothing
  const closers: Closers = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed())
      await close().catch((error: unknown) => line(`closing failed: ${String(error)}`));
  };
  try {
    const ground = await openGround(config, role, line, closers);
    const entry = buildEntry(ground, closers);
    const { db, keyring, ids, clock, lock } = ground;
    const installed = await firstStart(
      { database: db.database, dispatch: db.dispatch, keyring, ids, clock, identity: entry.identity },
      config,
    );
    if (installed.newApiKey !== null) keepApiKey(ground.home.folder, installed.newApiKey); // at once: it is shown nowhere else
    if (lock) await prepare(ground, config.databaseUrl === null);
    const built = await build(ground, entry, role, closers);
    const served = role === "server" ? await serve(ground, entry, built, installed, closers) : null;
    if (served && lock) await lock.describe(served.address);
    return appOf(served, installed.newApiKey, built, db.gone, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function appOf(
  served: Served | null,
  apiKey: string | null,
  built: Built,
  gone: Promise<string>,
  closeAll: () => Promise<void>,
): App {
  return {
    address: served?.address ?? "",
    link: served?.link ?? null,
    apiKey,
    failed: Promise.race([
      gone,
      built.engine.lost.then(() => "this worker was taken for gone and can't register anew: start it again"),
    ]),
    async stop(graceMs = STOP_GRACE_MS) {
      built.stopMs = graceMs;
      await closeAll();
    },
  };
}

/** What the holder of the home does before work begins. */
async function prepare({ db, clock, log }: Ground, embedded: boolean): Promise<void> {
  await makePartitions({ database: db.database, clock });
  if (!embedded) return;
  const freed = await voidWorkers(
    db.dispatch,
    (worker) => worker.host === hostname() && worker.process !== process.pid && processStart(worker.process) !== null,
  );
  if (freed > 0) log(`${freed} runs of an earlier start go on`);
}
