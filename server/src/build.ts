/** The parts that lead runs: engine, gate, blobs, the databases of projects, and how other processes hear of changes. */
import { hostname } from "node:os";
import { type ApprovalRuns, approvalRuns, runsOfApprovals } from "./approvals-outside.ts";
import { type Judging, openGate, openOutside } from "./build-gate.ts";
import { diskBlobs } from "./adapters/blobs/disk-blobs.ts";
import { s3Blobs } from "./adapters/blobs/s3-blobs.ts";
import type { Entry } from "./build-entry.ts";
import { withJail } from "./adapters/jail/run-code-in-jail.ts";
import { checkCode } from "./adapters/quickjs/check-code.ts";
import { createCodePool } from "./adapters/quickjs/code-pool.ts";
import { type BuiltConnections } from "./connections-outside.ts";
import { CONNECTORS } from "./connectors/catalogue.ts";
import type { BlobStore } from "./core/ports/blob-store.ts";
import type { EventGate } from "./core/ports/events.ts";
import type { Jail } from "./core/ports/jail.ts";
import type { PolicyWords } from "./core/ports/policy-words.ts";
import type { StepKinds } from "./core/step-kind.ts";
import { type ProjectDatabases } from "./data/project-databases.ts";
import { createBlobValues } from "./engine/blob-values.ts";
import { createEngine, type RunningEngine } from "./engine/create-engine.ts";
import { ENGINE_LIMITS, type Place } from "./engine/engine-parts.ts";
import { createProjects, type Projects } from "./engine/projects.ts";
import type { Versions } from "./engine/versions.ts";
import { createChanges, type Changes } from "./flows/changes.ts";
import type { RunningEndings } from "./flows/create-endings.ts";
import { createVersions } from "./flows/load-versions.ts";
import { readVariables } from "./flows/read-variables.ts";
import { createWebhookRoutes, type WebhookRoutes } from "./flows/webhook-routes.ts";
import type { ImportedConnectors } from "./connections/imported-connectors.ts";
import { type Heard } from "./gate/heard.ts";
import type { Closers, Ground } from "./ground.ts";
import { admitHomeKeys } from "./keyring/find-master-key.ts";
import type { KeyTools } from "./keyring/key-tools.ts";
import { openEndings } from "./open-endings.ts";
import { openWords, type OpenWords } from "./open-words.ts";
import { installationKinds } from "./steps/installation-kinds.ts";
import { wakingWords } from "./wake-events.ts";
import { stepKinds } from "./steps/kinds.ts";
import { readRegion } from "./store/regions.ts";

export interface Built {
  readonly engine: RunningEngine;
  readonly projects: Projects;
  readonly versions: Versions;
  /** What flows of projects may use; the installation's own may use `ownKinds`. */
  readonly kinds: StepKinds;
  readonly ownKinds: StepKinds;
  readonly routes: WebhookRoutes;
  readonly changes: Changes;
  readonly blobs: BlobStore;
  readonly databases: ProjectDatabases;
  readonly connections: BuiltConnections;
  /** What effects are judged by, and those under way: words reach both. */
  readonly judging: Judging;
  /** What happens at providers. */
  readonly events: EventGate;
  /** The runs that ask for approvals in channels, and hear there. */
  readonly approvals: ApprovalRuns;
  /** How those that lead runs hear of what is in force. */
  readonly words: PolicyWords;
  /** Where code in Node and Python runs, and agents' tools. */
  readonly jail: Jail;
  /** What rests on what is over is stopped. */
  readonly endings: RunningEndings;
  /** Connectors that projects have made of documents. */
  readonly imported: ImportedConnectors;
  readonly keyTools: KeyTools;
  readonly mailGoesOut: boolean;
  stopMs: number;
}

const EMBEDDED_LANES = 2;
const STOP_GRACE_MS = 10_000;
const HERE = { host: hostname(), process: process.pid };

export async function build(ground: Ground, entry: Entry, role: "server" | "worker", closers: Closers): Promise<Built> {
  const { db, clock, ids, log, egress } = ground;
  const { database, dispatch } = db;
  const shared = { database, dispatch, clock, ids, log };
  const kinds = stepKinds({ checkCode, connectors: CONNECTORS });
  const projects = openProjects(ground);
  const readKinds = installationKinds(stepKinds({ checkCode, connectors: CONNECTORS, published: true }));
  const versions = createVersions({ database, projects, kinds: readKinds, clock });
  const blobs = openBlobs(ground);
  const outside = openOutside(ground, role, closers);
  const code = withJail(createCodePool(), outside.jail);
  closers.push(() => code.close());
  const runs = runsOfApprovals(projects, versions);
  const { gate, events, heard, imported, connections, judging } = openGate(ground, entry, runs, outside);
  const engine = await createEngine({
    ...shared,
    notifications: db.notifications,
    projects,
    versions,
    gate,
    events,
    code,
    blobs: createBlobValues(blobs, database, clock),
    limits: ENGINE_LIMITS,
    ...placeOf(ground),
    ...HERE,
    abortEffects: (reason) => abortAll([egress, outside.jail, outside.transport, outside.ownServers], reason),
    loadAnew: () => loadAnew(ground, projects, heard),
    lanes: EMBEDDED_LANES,
  });
  runs.begin(engine);
  const routes = createWebhookRoutes({ dispatch, versions, projects, clock });
  const changes = await createChanges(db.notifications, { versions, routes, projects });
  const words = await openOwnWords(ground, engine, heard);
  const built: Built = {
    engine,
    projects,
    versions,
    kinds,
    ownKinds: installationKinds(kinds),
    routes,
    changes,
    blobs,
    databases: outside.databases,
    jail: outside.jail,
    imported,
    connections,
    judging,
    events: events.gate,
    approvals: approvalRuns(ground, runs),
    words: words.policy,
    endings: openEndings(ground, { engine: engine.engine, words: words.policy, changes }),
    keyTools: words.keyTools,
    mailGoesOut: outside.transport !== null,
    stopMs: STOP_GRACE_MS,
  };
  closers.push(() => engine.stop(built.stopMs));
  engine.start();
  return built;
}

function abortAll(ways: readonly ({ abortAll(reason: string): void } | null)[], reason: string): void {
  for (const way of ways) way?.abortAll(reason);
}

async function openOwnWords(ground: Ground, engine: RunningEngine, heard: Heard): Promise<OpenWords> {
  const words = await openWords(ground, () => engine.parts.worker, heard);
  const { notifications, database } = ground.db;
  // What was said in between is lost.
  notifications.onSilence(() => heard.missed());
  notifications.onReconnect(() => heard.missed());
  return { ...words, policy: wakingWords({ ...ground, database }, words.policy) };
}

/** What words of other processes may have changed that this one has missed. */
async function loadAnew({ keys, keyring }: Ground, projects: Projects, heard: Heard): Promise<void> {
  await admitHomeKeys(keys.sources);
  await keyring.reloadAll();
  projects.forgetAll();
  heard.missed();
}

function openProjects({ keyring, db: { database } }: Ground): Projects {
  return createProjects(
    keyring,
    (scope, keys) => readVariables(database, scope, keys),
    (scope) => readRegion(database, scope),
  );
}

/** Nothing where no regions are set up: then no flush asks for one. */
function placeOf({ config: { regions, region } }: Ground): { readonly place?: Place } {
  return regions.length > 0 ? { place: { region } } : {};
}

function openBlobs({ config, home, own, clock, ids }: Ground): BlobStore {
  if (config.blobs !== null)
    return s3Blobs({ ...config.blobs, egress: own.way("blobs"), clock, random: () => ids.random() });
  return diskBlobs(home.file("blobs"), () => ids.bytes(6).toString("hex"));
}
