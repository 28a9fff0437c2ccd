/** The parts that lead runs: engine, gate, blobs, the databases of projects, and how other processes hear of changes. */
import { hostname } from "node:os";
import { diskBlobs } from "./adapters/blobs/disk-blobs.ts";
import { s3Blobs } from "./adapters/blobs/s3-blobs.ts";
import type { Entry } from "./build-entry.ts";
import { createModels } from "./adapters/models/create-models.ts";
import { readPrices } from "./adapters/models/read-prices.ts";
import { createProjectServer, noProjectServer } from "./adapters/project-databases/create-project-server.ts";
import { memoryLimiter } from "./adapters/project-databases/limit-memory.ts";
import { checkCode } from "./adapters/quickjs/check-code.ts";
import { createCodePool } from "./adapters/quickjs/code-pool.ts";
import { createMailTransport } from "./adapters/smtp/create-mail-transport.ts";
import { type BuiltConnections, buildConnections } from "./connections-outside.ts";
import { parseAllowList } from "./core/egress/allow-list.ts";
import { CONNECTORS } from "./connectors/catalogue.ts";
import type { BlobStore } from "./core/ports/blob-store.ts";
import type { Gate } from "./core/ports/gate.ts";
import type { PolicyWords } from "./core/ports/policy-words.ts";
import type { MailTransport } from "./core/ports/mail-transport.ts";
import type { StepKinds } from "./core/step-kind.ts";
import { createProjectDatabases, type ProjectDatabases } from "./data/project-databases.ts";
import { createBlobValues } from "./engine/blob-values.ts";
import { createEngine, type RunningEngine } from "./engine/create-engine.ts";
import { ENGINE_LIMITS, type Place } from "./engine/engine-parts.ts";
import { createProjects, type Projects } from "./engine/projects.ts";
import type { Versions } from "./engine/versions.ts";
import { createChanges, type Changes } from "./flows/changes.ts";
import { createVersions } from "./flows/load-versions.ts";
import { readVariables } from "./flows/read-variables.ts";
import { createWebhookRoutes, type WebhookRoutes } from "./flows/webhook-routes.ts";
import type { ImportedConnectors } from "./connections/imported-connectors.ts";
import type { Actions } from "./gate/action.ts";
import { callConnector } from "./gate/call-connector.ts";
import { createGate } from "./gate/create-gate.ts";
import { type Heard, heardBy } from "./gate/heard.ts";
import { createInFlight } from "./gate/in-flight.ts";
import { modelActions } from "./gate/model-actions.ts";
import { queryDatabase } from "./gate/query-database.ts";
import { sendMail } from "./gate/send-mail.ts";
import { storedParts } from "./gate/stored-parts.ts";
import type { Closers, Ground } from "./ground.ts";
import { importedConnectors } from "./imports-outside.ts";
import { admitHomeKeys } from "./keyring/find-master-key.ts";
import type { KeyTools } from "./keyring/key-tools.ts";
import { openWords } from "./open-words.ts";
import { installationKinds } from "./steps/installation-kinds.ts";
import { openOwnServers, type OwnServers } from "./own-servers.ts";
import { stepKinds } from "./steps/kinds.ts";
import { findOutbox } from "./store/outbox.ts";
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
  /** How those that lead runs hear of what is in force. */
  readonly words: PolicyWords;
  /** Connectors that projects have made of documents. */
  readonly imported: ImportedConnectors;
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

export async function build(ground: Ground, entry: Entry, role: "server" | "worker", closers: Closers): Promise<Built> {
  const { db, clock, ids, log, egress } = ground;
  const { database, dispatch } = db;
  const shared = { database, dispatch, clock, ids, log };
  const kinds = stepKinds({ checkCode, connectors: CONNECTORS });
  const ownKinds = installationKinds(kinds);
  const projects = openProjects(ground);
  const versions = createVersions({ database, projects, kinds: ownKinds, clock });
  const code = createCodePool();
  closers.push(() => code.close());
  const blobs = openBlobs(ground);
  const databases = openProjectDatabases(ground, role, closers);
  const outside = openOutside(ground, databases, closers);
  const { gate, heard, imported, connections } = openGate(ground, entry, projects, outside);
  const engine = await createEngine({
    ...shared,
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
      outside.transport?.abortAll(reason);
      outside.ownServers.abortAll(reason);
    },
    loadAnew: () => loadAnew(ground, projects, heard),
    lanes: EMBEDDED_LANES,
  });
  const routes = createWebhookRoutes({ dispatch, versions, projects, clock });
  const changes = await createChanges(db.notifications, { versions, routes, projects });
  const words = await openWords(ground, () => engine.parts.worker, heard);
  // What was said in between is lost.
  db.notifications.onSilence(() => heard.missed());
  db.notifications.onReconnect(() => heard.missed());
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
    imported,
    connections,
    words: words.policy,
    keyTools: words.keyTools,
    mailGoesOut: outside.transport !== null,
    stopMs: STOP_GRACE_MS,
  };
  closers.push(() => engine.stop(built.stopMs));
  engine.start();
  return built;
}

/** What words of other processes may have changed that this one has missed. */
async function loadAnew({ keys, keyring }: Ground, projects: Projects, heard: Heard): Promise<void> {
  await admitHomeKeys(keys.sources);
  await keyring.reloadAll();
  projects.forgetAll();
  heard.missed();
}

interface GateHere extends Pick<Built, "connections" | "imported"> {
  readonly gate: Gate;
  readonly heard: Heard;
}

function openGate(ground: Ground, entry: Entry, projects: Projects, outside: Outside): GateHere {
  const { db, egress, clock, log } = ground;
  const stored = storedParts(db.database, ground);
  const inFlight = createInFlight(clock);
  const imported = importedConnectors(db.database, ground.keysOf);
  const connections = buildConnections(ground, entry, imported);
  const gate = createGate({
    ...stored,
    inFlight,
    egress,
    keysOf: async (scope) => (await projects.get(scope)).keys,
    clock,
    actions: actionsOf(ground, outside, connections),
    log,
  });
  return { gate, heard: heardBy(stored.policies, inFlight), imported, connections };
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

/** What effects reach beside the network. */
interface Outside {
  readonly databases: ProjectDatabases;
  readonly transport: MailTransport | null;
  readonly ownServers: OwnServers;
}

function openOutside(ground: Ground, databases: ProjectDatabases, closers: Closers): Outside {
  return { databases, transport: openTransport(ground, closers), ownServers: openOwnServers(ground, closers) };
}

function actionsOf(
  { config, db, clock, egress, log }: Ground,
  { databases, transport, ownServers }: Outside,
  connections: BuiltConnections,
): Actions {
  const mail = transport && {
    "mail.send": sendMail({ transport, findMessage: (id) => findOutbox(db.database, id), clock, log }),
  };
  const models = modelActions({
    models: createModels(egress),
    connectors: new Map(CONNECTORS.map((connector) => [connector.id, connector])),
    prices: readPrices(config.modelPrices),
    secrets: connections.fresh,
    clock,
  });
  return {
    ...mail,
    ...models,
    ...ownServers.actions(connections.fresh),
    "sql.query": queryDatabase({ databases, log }),
    "connector.call": callConnector({
      connectors: connections.connectors,
      secrets: connections.fresh,
      egress,
      clock,
      log,
    }),
    "connection.revoke": connections.revoke,
  };
}
