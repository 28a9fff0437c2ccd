/** The parts that lead runs: engine, gate, blobs, the databases of projects, and how other processes hear of changes. */
import { hostname } from "node:os";
import { diskBlobs } from "./adapters/blobs/disk-blobs.ts";
import { s3Blobs } from "./adapters/blobs/s3-blobs.ts";
import { createProjectServer, noProjectServer } from "./adapters/project-databases/create-project-server.ts";
import { memoryLimiter } from "./adapters/project-databases/limit-memory.ts";
import { checkCode } from "./adapters/quickjs/check-code.ts";
import { createCodePool } from "./adapters/quickjs/code-pool.ts";
import { createMailTransport } from "./adapters/smtp/create-mail-transport.ts";
import { parseAllowList } from "./core/egress/allow-list.ts";
import type { BlobStore } from "./core/ports/blob-store.ts";
import type { Gate } from "./core/ports/gate.ts";
import type { MailTransport } from "./core/ports/mail-transport.ts";
import type { StepKinds } from "./core/step-kind.ts";
import { createProjectDatabases, type ProjectDatabases } from "./data/project-databases.ts";
import { createBlobValues } from "./engine/blob-values.ts";
import { createEngine, type RunningEngine } from "./engine/create-engine.ts";
import { ENGINE_LIMITS, type Place } from "./engine/engine-parts.ts";
import { createKeyWords } from "./engine/key-words.ts";
import { createProjects, type Projects } from "./engine/projects.ts";
import type { Versions } from "./engine/versions.ts";
import { createChanges, type Changes } from "./flows/changes.ts";
import { createVersions } from "./flows/load-versions.ts";
import { readVariables } from "./flows/read-variables.ts";
import { createWebhookRoutes, type WebhookRoutes } from "./flows/webhook-routes.ts";
import type { Actions } from "./gate/action.ts";
import { createGate } from "./gate/create-gate.ts";
import { queryDatabase } from "./gate/query-database.ts";
import { sendMail } from "./gate/send-mail.ts";
import type { Closers, Ground } from "./ground.ts";
import { admitHomeKeys, findMasterKey } from "./keyring/find-master-key.ts";
import type { KeyTools } from "./keyring/key-tools.ts";
import { stepKinds } from "./steps/kinds.ts";
import { installationKinds } from "./steps/mail.ts";
import { findCredential } from "./store/credentials.ts";
import { findOutbox } from "./store/outbox.ts";
import { readRegion } from "./store/regions.ts";
import { withKeysLock } from "./store/start-lock.ts";

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
  readonly keyTools: KeyTools;
  readonly mailGoesOut: boolean;
  stopMs: number;
}

const EMBEDDED_LANES = 2;
const STOP_GRACE_MS = 10_000;
/** To projects' databases, of a worker beside the server, which may have 20. */
const WORKER_CONNECTIONS_MAX = 8;
/** Of one connection to a project's database. */
const PROJECT_MEMORY_BYTES_MAX = 512 * 1024 * 1024;

export async function build(ground: Ground, role: "server" | "worker", closers: Closers): Promise<Built> {
  const { db, clock, ids, log, egress } = ground;
  const { database, dispatch } = db;
  const kinds = stepKinds({ checkCode });
  const ownKinds = installationKinds(kinds);
  const projects = openProjects(ground);
  const versions = createVersions({ database, projects, kinds: ownKinds, clock });
  const code = createCodePool();
  closers.push(() => code.close());
  const blobs = openBlobs(ground);
  const databases = openProjectDatabases(ground, role, closers);
  const transport = openTransport(ground, closers);
  const gate = openGate(ground, projects, actionsOf(ground, databases, transport));
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
    blobs: createBlobValues(blobs, database, clock),
    limits: ENGINE_LIMITS,
    ...placeOf(ground),
    host: hostname(),
    process: process.pid,
    abortEffects: (reason) => {
      egress.abortAll(reason);
      transport?.abortAll(reason);
    },
    loadAnew: () => loadAnew(ground, projects),
    lanes: EMBEDDED_LANES,
    log,
  });
  const routes = createWebhookRoutes({ dispatch, versions, projects, clock });
  const changes = await createChanges(db.notifications, { versions, routes, projects });
  const keyTools = await openKeyTools(ground, () => engine.parts.worker);
  const built: Built = {
    engine,
    projects,
    versions,
    kinds,
    ownKinds,
    routes,
    changes,
    blobs,
    databases,
    keyTools,
    mailGoesOut: transport !== null,
    stopMs: STOP_GRACE_MS,
  };
  closers.push(() => engine.stop(built.stopMs));
  engine.start();
  return built;
}

/** What words of other processes may have changed that this one has missed. */
async function loadAnew({ keys, keyring }: Ground, projects: Projects): Promise<void> {
  await admitHomeKeys(keys.sources);
  await keyring.reloadAll();
  projects.forgetAll();
}

function openGate({ db, egress, clock, log }: Ground, projects: Projects, actions: Actions): Gate {
  return createGate({
    egress,
    findCredential: (scope, slug) => findCredential(db.database, scope, slug),
    keysOf: async (scope) => (await projects.get(scope)).keys,
    clock,
    actions,
    log,
  });
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

function openBlobs({ config, home, egress, clock, ids }: Ground): BlobStore {
  if (config.blobs !== null) return s3Blobs({ ...config.blobs, egress, clock, random: () => ids.random() });
  return diskBlobs(home.file("blobs"), () => ids.bytes(6).toString("hex"));
}

function openProjectDatabases(ground: Ground, role: "server" | "worker", closers: Closers): ProjectDatabases {
  const { config, db, keysOf, ids, clock, log } = ground;
  const { databasesWay: way } = db;
  const server =
    way === null
      ? noProjectServer()
      : createProjectServer({
          way,
          applicationName: "steward projects",
          ...(role === "worker" ? { limits: { totalMax: WORKER_CONNECTIONS_MAX } } : {}),
          clock,
          log,
          ...(config.databaseUrl === null
            ? { limitMemory: memoryLimiter(PROJECT_MEMORY_BYTES_MAX, (line) => log(line)) }
            : {}),
        });
  closers.push(() => server.close());
  return createProjectDatabases({ database: db.database, dispatch: db.dispatch, keysOf, ids, clock, server, log });
}

function openTransport({ config, clock, ledger }: Ground, closers: Closers): MailTransport | null {
  if (config.mail === null) return null;
  const transport = createMailTransport({
    ...config.mail,
    allow: parseAllowList(config.egressAllow),
    nowMs: () => clock.monotonicMs(),
    note: ledger.note,
  });
  closers.push(() => transport.close());
  return transport;
}

function actionsOf({ db, clock, log }: Ground, databases: ProjectDatabases, transport: MailTransport | null): Actions {
  const mail = transport && {
    "mail.send": sendMail({ transport, findMessage: (id) => findOutbox(db.database, id), clock, log }),
  };
  return { ...mail, "sql.query": queryDatabase({ databases, log }) };
}

/** The verbs that change keys, with the word to the other processes that makes them safe. */
export async function openKeyTools(ground: Ground, worker: () => string): Promise<KeyTools> {
  const { db, keys, keyring, clock, ids, log } = ground;
  const everyoneReloaded = await createKeyWords({
    notifications: db.notifications,
    dispatch: db.dispatch,
    clock,
    ids,
    worker,
    act: async (word) => {
      if ("masterKey" in word) return await findMasterKey(keys.sources, word.masterKey);
      await keyring.reload(word.organization, word.project);
      return true;
    },
    log,
  });
  return { ...keys.sources, keyring, everyoneReloaded, lock: (work) => withKeysLock(db.database, work) };
}
