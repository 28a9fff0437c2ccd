/** One project on a real database for the tests of this folder: everything real but the clock. */
import { randomFillSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { FlowFileInput } from "@steward/sdk";
import { closedGate, fakeClock, type FakeClock } from "../../test/engine.ts";
import { testIdentity } from "../../test/identity.ts";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import { diskBlobs } from "../adapters/blobs/disk-blobs.ts";
import { checkCode } from "../adapters/quickjs/check-code.ts";
import { createCodePool } from "../adapters/quickjs/code-pool.ts";
import { systemIds } from "../adapters/system/system-ids.ts";
import type { Endings } from "../core/ports/endings.ts";
import type { Notifications } from "../core/ports/notifications.ts";
import { createBlobValues } from "../engine/blob-values.ts";
import { createEngine } from "../engine/create-engine.ts";
import type { Engine } from "../engine/engine.ts";
import { ENGINE_LIMITS } from "../engine/engine-parts.ts";
import { createProjects } from "../engine/projects.ts";
import { createVerifySignature } from "../gate/verify-signature.ts";
import type { Keyring } from "../keyring/keyring.ts";
import { keyringOn, memoryKeyFiles } from "../keyring/keyring.testsuite.ts";
import { firstStart, type Installed } from "../people/first-start.ts";
import { stepKinds } from "../steps/kinds.ts";
import { findCredential } from "../store/credentials.ts";
import { createChanges } from "./changes.ts";
import type { FlowParts } from "./flow-parts.ts";
import { testEndings } from "./endings.testsuite.ts";
import { createVersions } from "./load-versions.ts";
import { publishFlow } from "./publish-flow.ts";
import type { WebhookParts } from "./receive-webhook.ts";
import { readVariables } from "./read-variables.ts";
import { saveDraft } from "./save-draft.ts";
import { createWebhookRoutes, type WebhookRoutes } from "./webhook-routes.ts";

export interface World {
  readonly db: StewardDatabase;
  readonly scope: Installed;
  readonly clock: FakeClock;
  readonly keyring: Keyring;
  readonly process: Process;
  /** Another process on the same installation. */
  another(): Promise<Process>;
  close(): Promise<void>;
}

/** What one process of the installation holds. */
export interface Process {
  readonly parts: FlowParts & { readonly endings: Endings };
  readonly routes: WebhookRoutes;
  readonly notifications: Notifications;
  readonly verifySignature: WebhookParts["verifySignature"];
}

const kinds = stepKinds({ checkCode });

export async function newWorld(): Promise<World> {
  const db = await stewardDatabase();
  const clock = fakeClock();
  const ids = systemIds(() => clock.nowMs());
  const files = memoryKeyFiles();
  const keyring = keyringOn(files, { fillRandom: randomFillSync });
  const { identity } = testIdentity({ database: db.identity, clock, ids });
  const first = { database: db.database, dispatch: db.dispatch, keyring, ids, clock, identity };
  const scope = await firstStart(first, { ownerEmail: null, ownerPassword: null, apiKey: null });
  let processes = 0;
  const start = async (): Promise<Process> => {
    const own = keyringOn(files, { fillRandom: randomFillSync });
    const notifications = await db.notifications(`process_${processes++}`);
    return await newProcess(db, own, clock, notifications);
  };
  return { db, scope, clock, keyring, process: await start(), another: start, close: () => db.drop() };
}

async function newProcess(
  db: StewardDatabase,
  keyring: Keyring,
  clock: FakeClock,
  notifications: Notifications,
): Promise<Process> {
  const { database, dispatch } = db;
  const projects = createProjects(keyring, (scope, keys) => readVariables(database, scope, keys));
  const versions = createVersions({ database, projects, kinds, clock });
  const routes = createWebhookRoutes({ dispatch, versions, projects, clock });
  const changes = await createChanges(notifications, { versions, routes, projects });
  const ids = systemIds(() => clock.nowMs());
  const endings = testEndings({ database, dispatch, keyring, clock, ids }, { changes });
  const parts = {
    endings,
    database,
    clock,
    ids,
    projects,
    versions,
    kinds,
    changes,
    publicUrl: "http://127.0.0.1:7788",
  };
  const verifySignature = createVerifySignature({
    findCredential: (scope, slug) => findCredential(database, scope, slug),
    keysOf: async (scope) => (await projects.get(scope)).keys,
  });
  return { parts, routes, notifications, verifySignature };
}

/** A real engine for a process; `close` stops it before the world is closed. */
export async function startEngine(world: World, process: Process): Promise<{ engine: Engine; close(): Promise<void> }> {
  const { parts, notifications } = process;
  const folder = mkdtempSync(path.join(tmpdir(), "steward-flows-"));
  const code = createCodePool({ threadsMax: 1 });
  const blobs = diskBlobs(folder, () => parts.ids.bytes(4).toString("hex"));
  const running = await createEngine({
    ...parts,
    dispatch: world.db.dispatch,
    notifications,
    gate: closedGate,
    code,
    blobs: createBlobValues(blobs, parts.database, parts.clock),
    limits: ENGINE_LIMITS,
    host: "test",
    process: 1,
    abortEffects: () => undefined,
    loadAnew: () => Promise.resolve(),
    lanes: 2,
    log: () => undefined,
  });
  running.start();
  const close = async (): Promise<void> => {
    await running.stop(2000);
    await code.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { engine: running.engine, close };
}

export const out = { id: "out", kind: "set", input: { n: "{{ trigger.body.n }}" } };

export function flowFile(more: Partial<FlowFileInput> = {}): FlowFileInput {
  return { format: 1, name: "Orders", triggers: [{ id: "in", kind: "webhook" }], steps: [out], ...more };
}

export async function push(world: World, slug: string, more: Partial<FlowFileInput> = {}) {
  return await saveDraft(
    world.process.parts,
    world.scope,
    slug,
    JSON.stringify(flowFile(more), null, 2),
    "application/json",
  );
}

/** Pushes and publishes. */
export async function publish(world: World, slug: string, more: Partial<FlowFileInput> = {}) {
  await push(world, slug, more);
  return await publishFlow(world.process.parts, world.scope, slug, world.scope.member, "mem_1");
}

export function tokenOf(published: { readonly webhooks: readonly { readonly url: string }[] }, at = 0): string {
  return published.webhooks[at]!.url.split("/").at(-1)!;
}

/** Waits for what comes by notification: at most two seconds of real time. */
export async function soon(check: () => Promise<boolean> | boolean): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (await check()) return;
    await pause(5);
  }
  throw new Error("it did not come to that within two seconds");
}
