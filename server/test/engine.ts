/** An engine on a real database for tests: its own project, keys in a folder of its own, a gate and a clock the test holds. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { FlowFile, type FlowFileInput } from "@steward/sdk";
import { diskBlobs } from "../src/adapters/blobs/disk-blobs.ts";
import { checkCode } from "../src/adapters/quickjs/check-code.ts";
import { createCodePool } from "../src/adapters/quickjs/code-pool.ts";
import { systemIds } from "../src/adapters/system/system-ids.ts";
import { compileFlow } from "../src/core/flow/compile-flow.ts";
import type { Json } from "../src/core/json.ts";
import type { Clock } from "../src/core/ports/clock.ts";
import type { CodeRunner } from "../src/core/ports/code-runner.ts";
import type { Database } from "../src/core/ports/database.ts";
import type { Gate } from "../src/core/ports/gate.ts";
import type { Notifications } from "../src/core/ports/notifications.ts";
import { createBlobValues, type BlobValues } from "../src/engine/blob-values.ts";
import { createEngine, type RunningEngine } from "../src/engine/create-engine.ts";
import { ENGINE_LIMITS, type EngineLimits, type EventWorks } from "../src/engine/engine-parts.ts";
import { createProjects } from "../src/engine/projects.ts";
import type { Version, Versions } from "../src/engine/versions.ts";
import { readRegion } from "../src/store/regions.ts";
import type { Scope } from "../src/store/scope.ts";
import { inScope } from "../src/store/scope.ts";
import { stepKinds } from "../src/steps/kinds.ts";
import { openTestKeys } from "./open-test-keys.ts";
import { stewardDatabase, type StewardDatabase } from "./steward-database.ts";

export interface FakeClock extends Clock {
  /** Moves both clocks and fires the timers that are due, in order. */
  advance(ms: number): void;
  /** Moves the wall clock alone: a jump. */
  jump(ms: number): void;
}

/** Timers fire by real time as well, so that what waits for I/O goes on; `advance` moves the rest. */
export function fakeClock(startMs = Date.parse("2026-11-21T12:00:00Z")): FakeClock {
  let wall = startMs - performance.now();
  let extra = 0;
  const timers = new Set<{ dueMs: number; fire: () => void }>();
  const monotonicMs = (): number => performance.now() + extra;
  return {
    nowMs: () => Math.round(wall + monotonicMs()),
    monotonicMs,
    after(ms, callback) {
      const timer = {
        dueMs: monotonicMs() + ms,
        fire: () => {
          if (!timers.delete(timer)) return;
          clearTimeout(real);
          callback();
        },
      };
      const real = setTimeout(() => timer.fire(), ms);
      real.unref();
      timers.add(timer);
      return () => {
        timers.delete(timer);
        clearTimeout(real);
      };
    },
    advance(ms) {
      extra += ms;
      const due = [...timers].filter((timer) => timer.dueMs <= monotonicMs()).toSorted((a, b) => a.dueMs - b.dueMs);
      for (const timer of due) timer.fire();
    },
    jump(ms) {
      wall += ms;
    },
  };
}

export interface TestEngine extends RunningEngine {
  readonly db: StewardDatabase;
  readonly scope: Scope;
  readonly clock: FakeClock;
  readonly logs: string[];
  /** Another project of the same organization, for this engine and those made after. */
  project(): Promise<Scope>;
  /** Publishes a flow for this engine and its others. */
  flow(file: FlowFileInput, slug?: string): Version;
  /** Runs a flow to its end. */
  run(version: Version, body?: Json): ReturnType<RunningEngine["engine"]["startRun"]>;
  /** Another worker process's engine on the same database. */
  another(options?: EngineOptions): Promise<TestEngine>;
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly gate?: Gate;
  readonly events?: EventWorks;
  readonly limits?: Partial<EngineLimits>;
  readonly start?: boolean;
  readonly lanes?: number;
  /** The region it stands in, null for none; absent: no regions are set up for it. */
  readonly region?: string | null;
  /** Runs code steps instead of the pool, which it gets. */
  readonly code?: (pool: CodeRunner) => CodeRunner;
  /** Stands between the engine and its database, to break it. */
  readonly database?: (real: Database) => Database;
  /** Stands between the engine and the words of others, to break them. */
  readonly notifications?: (real: Notifications) => Notifications;
}

export const closedGate: Gate = { perform: () => Promise.reject(new Error("this test has no effects")) };
const kinds = stepKinds({ checkCode });

export async function testEngine(options: EngineOptions = {}): Promise<TestEngine> {
  const db = await stewardDatabase();
  const ids = systemIds(() => Date.now());
  const scope = { organization: ids.uuid(), project: ids.uuid() };
  await inScope(db.database, scope, async (tx) => {
    await tx.query({
      text: "insert into steward.organizations (id, name, created_at) values ($1, 'test', now())",
      values: [scope.organization],
    });
  });
  await addProject(db, scope);
  const folder = mkdtempSync(path.join(tmpdir(), "steward-engine-"));
  const published = new Map<string, Version>();
  const bySlug = new Map<string, Version>();
  const clock = fakeClock(Date.now());
  const world = { db, scope, folder, published, bySlug, clock };
  return build(world, options, true);
}

async function addProject(db: StewardDatabase, scope: Scope): Promise<void> {
  await inScope(db.database, scope, (tx) =>
    tx.query({
      text: "insert into steward.projects (organization, id, slug, name, created_at) values ($1, $2::uuid, 'p' || substr($2::text, 25), 'test', now())",
      values: [scope.organization, scope.project],
    }),
  );
}

function blobsIn({ db, folder, clock }: World, name: () => string): BlobValues {
  return createBlobValues(diskBlobs(path.join(folder, "blobs"), name), db.database, clock);
}

async function anotherProject(
  { db, scope: { organization } }: World,
  keyring: Awaited<ReturnType<typeof openTestKeys>>,
  project: string,
): Promise<Scope> {
  await addProject(db, { organization, project });
  await keyring.createProject(organization, project);
  return { organization, project };
}

interface World {
  readonly db: StewardDatabase;
  readonly scope: Scope;
  readonly folder: string;
  readonly published: Map<string, Version>;
  readonly bySlug: Map<string, Version>;
  readonly clock: FakeClock;
}

function versionsOf({ published, bySlug }: World): Versions {
  return {
    get: (_scope, flow, number) => Promise.resolve(published.get(`${flow}/${number}`)!),
    peek: (flow, number) => published.get(`${flow}/${number}`) ?? null,
    published: (_scope, slug) => Promise.resolve(bySlug.get(slug) ?? null),
    forget: () => undefined,
  };
}

function publish({ published, bySlug }: World, id: string, file: FlowFileInput, slug: string): Version {
  const { flow: compiled, problems } = compileFlow(FlowFile.parse(file), kinds);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const before = bySlug.get(slug);
  const version: Version = {
    flow: before?.flow ?? id,
    slug,
    number: (before?.number ?? 0) + 1,
    compiled,
    codeKeys: new Map(),
  };
  published.set(`${version.flow}/${version.number}`, version);
  bySlug.set(slug, version);
  return version;
}

async function dropWorld({ db, folder }: World): Promise<void> {
  await db.drop();
  rmSync(folder, { recursive: true, force: true });
}

async function build(world: World, options: EngineOptions, owns: boolean): Promise<TestEngine> {
  const { db, scope, folder, clock } = world;
  const ids = systemIds(() => clock.nowMs());
  const keyring = await openTestKeys(folder, clock);
  await keyring.createOrganization(scope.organization);
  await keyring.createProject(scope.organization, scope.project);
  const logs: string[] = [];
  const log = (message: string, error?: unknown): void => {
    if (process.env["LOGS"]) console.log(message, error);
    else logs.push(error instanceof Error ? `${message}: ${error.stack}` : message);
  };
  const pool = createCodePool({ threadsMax: 1 });
  const code = options.code?.(pool) ?? pool;
  const notifications = await db.notifications(`w${ids.bytes(6).toString("hex")}`);
  const running = await createEngine({
    database: options.database?.(db.database) ?? db.database,
    dispatch: db.dispatch,
    clock,
    ids,
    notifications: options.notifications?.(notifications) ?? notifications,
    projects: createProjects(
      keyring,
      () => Promise.resolve({}),
      (one) => readRegion(db.database, one),
    ),
    versions: versionsOf(world),
    gate: options.gate ?? closedGate,
    ...(options.events && { events: options.events }),
    code,
    blobs: blobsIn(world, () => ids.bytes(4).toString("hex")),
    limits: { ...ENGINE_LIMITS, ...options.limits },
    ...(options.region === undefined ? {} : { place: { region: options.region } }),
    host: "test",
    process: process.pid,
    abortEffects: () => undefined,
    loadAnew: () => keyring.reloadAll(),
    lanes: options.lanes ?? 1,
    log,
  });
  if (options.start !== false) running.start();
  const close = async (): Promise<void> => {
    await running.stop(2000);
    await code.close();
    if (owns) await dropWorld(world);
  };
  return {
    ...running,
    db,
    scope,
    clock,
    logs,
    close,
    project: () => anotherProject(world, keyring, ids.uuid()),
    flow: (file, slug = file.name) => publish(world, ids.uuid(), file, slug),
    run: (version, body = null) =>
      running.engine.startRun({ scope, version, trigger: "manual", input: { body } }, "end", 20_000),
    another: (more = {}) => build(world, { ...options, ...more }, false),
  };
}
