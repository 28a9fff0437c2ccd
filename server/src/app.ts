/** The composition root: builds every part once, from the settings, and hands each what it works with. */
import { randomFillSync } from "node:crypto";
import { hostname } from "node:os";
import { diskBlobs } from "./adapters/blobs/disk-blobs.ts";
import { createEgress } from "./adapters/egress/create-egress.ts";
import { openHome, type Home } from "./adapters/home/home.ts";
import { lockHome } from "./adapters/home/lock-home.ts";
import { homeKeyFiles } from "./adapters/key-files/home-key-files.ts";
import { checkCode } from "./adapters/quickjs/check-code.ts";
import { createCodePool } from "./adapters/quickjs/code-pool.ts";
import { systemClock } from "./adapters/system/system-clock.ts";
import { systemIds } from "./adapters/system/system-ids.ts";
import type { Config } from "./config.ts";
import { parseAllowList } from "./core/egress/allow-list.ts";
import type { Clock } from "./core/ports/clock.ts";
import type { Ids } from "./core/ports/ids.ts";
import { createBlobValues } from "./engine/blob-values.ts";
import { createEngine, type RunningEngine } from "./engine/create-engine.ts";
import { ENGINE_LIMITS } from "./engine/engine-parts.ts";
import { createProjects } from "./engine/projects.ts";
import { makePartitions } from "./engine/turns.ts";
import { voidWorkers } from "./engine/void-workers.ts";
import { createChanges, type Changes } from "./flows/changes.ts";
import { createVersions } from "./flows/load-versions.ts";
import { readVariables } from "./flows/read-variables.ts";
import { createWebhookRoutes, type WebhookRoutes } from "./flows/webhook-routes.ts";
import { createGate } from "./gate/create-gate.ts";
import type { Keyring } from "./keyring/keyring.ts";
import { openKeyring } from "./keyring/open-keyring.ts";
import { openMasterKey } from "./keyring/open-master-key.ts";
import { keepApiKey } from "./home-access.ts";
import { openDatabase, type OpenDatabase } from "./open-database.ts";
import { firstStart } from "./people/first-start.ts";
import { serve, type Served } from "./serve.ts";
import { findCredential } from "./store/credentials.ts";
import { stepKinds } from "./steps/kinds.ts";

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

/** What the parts of one process share. */
export interface Ground {
  readonly config: Config;
  readonly home: Home;
  readonly db: OpenDatabase;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: (message: string, error?: unknown) => void;
}

const STOP_GRACE_MS = 10_000;
const EMBEDDED_LANES = 2;

/** Starts a server or a worker. Throws `home_in_use` and `start_refused`, saying what to do. */
export async function startApp({ config, role, log: line }: AppOptions): Promise<App> {
  const log = (message: string, error?: unknown): void =>
    line(error === undefined ? message : `${message}: ${describe(error)}`);
  const ids = systemIds(() => systemClock.nowMs());
  const home = openHome(config.home);
  const lock = role === "server" ? await lockHome(home, systemClock.nowMs()) : null;
  const closers: (() => Promise<unknown>)[] = [];
  if (lock) closers.push(() => lock.release());
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed())
      await close().catch((error: unknown) => log("closing failed", error));
  };
  try {
    const worker = `w${ids.bytes(8).toString("hex")}`;
    const db = await openDatabase({ config, home, lock, worker, nowMs: systemClock.nowMs(), log: line });
    closers.push(() => db.close());
    const keyring = await openKeys(config, home);
    const ground: Ground = { config, home, db, keyring, clock: systemClock, ids, log };
    const installed = await firstStart({ ...ground, database: db.database, dispatch: db.dispatch }, config);
    if (installed.newApiKey !== null) keepApiKey(home.folder, installed.newApiKey); // at once: it is shown nowhere else
    if (lock) await prepare(ground, config.databaseUrl === null);
    const built = await build(ground, closers);
    const served = role === "server" ? await serve(ground, built, installed) : null;
    if (served) closers.push(() => served.close());
    if (lock && served) await lock.describe(served.address);
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
      built.engine.lost.then(() => "this worker was taken for gone and let go of its runs: start it again"),
    ]),
    async stop(graceMs = STOP_GRACE_MS) {
      built.stopMs = graceMs;
      await closeAll();
    },
  };
}

async function openKeys(config: Config, home: Home): Promise<Keyring> {
  const files = homeKeyFiles(home.folder, process.getuid?.() ?? null);
  const master = await openMasterKey({
    given: config.masterKey ?? undefined,
    files,
    fillRandom: randomFillSync,
    nowMs: systemClock.nowMs,
  });
  return openKeyring({ files, master, fillRandom: randomFillSync, nowMs: systemClock.nowMs, projectsMax: 1000 });
}

/** What the holder of the home does before work begins. */
async function prepare(ground: Ground, embedded: boolean): Promise<void> {
  await makePartitions({ database: ground.db.database, clock: ground.clock });
  if (!embedded) return;
  const freed = await voidWorkers(ground.db.dispatch);
  if (freed > 0) ground.log(`${freed} runs of an earlier start go on`);
}

export interface Built {
  readonly engine: RunningEngine;
  readonly projects: ReturnType<typeof createProjects>;
  readonly versions: ReturnType<typeof createVersions>;
  readonly kinds: ReturnType<typeof stepKinds>;
  readonly routes: WebhookRoutes;
  readonly changes: Changes;
  stopMs: number;
}

async function build(ground: Ground, closers: (() => Promise<unknown>)[]): Promise<Built> {
  const { config, home, db, keyring, clock, ids, log } = ground;
  const { database, dispatch } = db;
  const kinds = stepKinds({ checkCode });
  const projects = createProjects(keyring, (scope, keys) => readVariables(database, scope, keys));
  const versions = createVersions({ database, projects, kinds, clock });
  const egress = createEgress({ allow: parseAllowList(config.egressAllow), nowMs: () => clock.monotonicMs() });
  closers.push(() => egress.close());
  const code = createCodePool();
  closers.push(() => code.close());
  const gate = createGate({
    egress,
    findCredential: (scope, slug) => findCredential(database, scope, slug),
    keysOf: async (scope) => (await projects.get(scope)).keys,
    clock,
    log,
  });
  const engine = await createEngine({
    database,
    dispatch,
    clock,
    ids,
    notifications: db.notifications,
    projects,
    versions,
    gate,
    code,
    blobs: createBlobValues(
      diskBlobs(home.file("blobs"), () => ids.bytes(6).toString("hex")),
      database,
      clock,
    ),
    limits: ENGINE_LIMITS,
    host: hostname(),
    process: process.pid,
    abortEffects: (reason) => egress.abortAll(reason),
    lanes: EMBEDDED_LANES,
    log,
  });
  const routes = createWebhookRoutes({ dispatch, versions, projects, clock });
  const changes = await createChanges(db.notifications, { versions, routes, projects });
  const built: Built = { engine, projects, versions, kinds, routes, changes, stopMs: STOP_GRACE_MS };
  closers.push(() => engine.stop(built.stopMs));
  engine.start();
  return built;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
