/** The gate with all that effects reach: providers, models, the databases and mail servers of projects. */
import { approvalAction, type RunsOfApprovals } from "./approvals-outside.ts";
import type { Entry } from "./build-entry.ts";
import { createModels } from "./adapters/models/create-models.ts";
import { readPrices } from "./adapters/models/read-prices.ts";
import { createProjectServer, noProjectServer } from "./adapters/project-databases/create-project-server.ts";
import { memoryLimiter } from "./adapters/project-databases/limit-memory.ts";
import { createJail } from "./adapters/jail/create-jail.ts";
import { runCodeInJail } from "./adapters/jail/run-code-in-jail.ts";
import { createMailTransport } from "./adapters/smtp/create-mail-transport.ts";
import { type BuiltConnections, buildConnections } from "./connections-outside.ts";
import { parseAllowList } from "./core/egress/allow-list.ts";
import type { Gate } from "./core/ports/gate.ts";
import type { Jail } from "./core/ports/jail.ts";
import type { MailTransport } from "./core/ports/mail-transport.ts";
import { createProjectDatabases, type ProjectDatabases } from "./data/project-databases.ts";
import { type EventWorks } from "./engine/engine-parts.ts";
import type { ImportedConnectors } from "./connections/imported-connectors.ts";
import type { Actions } from "./gate/action.ts";
import { callConnector } from "./gate/call-connector.ts";
import { askForTrigger, unregisterHook } from "./gate/ask-for-trigger.ts";
import { createGate } from "./gate/create-gate.ts";
import { type Heard, heardBy } from "./gate/heard.ts";
import { createInFlight } from "./gate/in-flight.ts";
import { modelActions } from "./gate/model-actions.ts";
import { queryDatabase } from "./gate/query-database.ts";
import { runJailedCode } from "./gate/run-jailed-code.ts";
import { sendMail } from "./gate/send-mail.ts";
import type { GateParts } from "./gate/gate-parts.ts";
import { type StoredParts, storedParts } from "./gate/stored-parts.ts";
import { eventWorks } from "./events-outside.ts";
import type { Closers, Ground } from "./ground.ts";
import { importedConnectors } from "./imports-outside.ts";
import { openOwnServers, type OwnServers } from "./own-servers.ts";
import { findOutbox } from "./store/outbox.ts";

/** To projects' databases, of a worker beside the server, which may have 20. */
const WORKER_CONNECTIONS_MAX = 8;
/** Of one connection to a project's database. */
const PROJECT_MEMORY_BYTES_MAX = 512 * 1024 * 1024;

export type Judging = StoredParts & Pick<GateParts, "inFlight">;

export interface GateHere {
  readonly connections: BuiltConnections;
  readonly imported: ImportedConnectors;
  readonly judging: Judging;
  readonly gate: Gate;
  readonly events: EventWorks;
  readonly heard: Heard;
}

export function openGate(ground: Ground, entry: Entry, runs: RunsOfApprovals, outside: Outside): GateHere {
  const { db, egress, clock, log } = ground;
  const stored = storedParts(db.database, ground);
  const inFlight = createInFlight(clock);
  const imported = importedConnectors(db.database, ground.keysOf);
  const connections = buildConnections(ground, entry, imported, outside.ownServers.signIn);
  const polls = outside.ownServers.polls(connections.fresh);
  const asks = { connectors: connections.connectors, secrets: connections.fresh, egress, polls, clock, log };
  const parts: GateParts = {
    ...stored,
    inFlight,
    egress,
    keysOf: async (scope) => (await runs.projects.get(scope)).keys,
    clock,
    actions: {
      ...actionsOf(ground, outside, connections),
      "approval.message": approvalAction(ground, entry, connections.connectors, runs, () => gate),
      "event.ask": askForTrigger(asks),
      "event.unregister": unregisterHook(asks),
    },
    log,
  };
  const gate: Gate = createGate(parts);
  const events = eventWorks(ground, gate, parts, asks);
  const judging = { ...stored, inFlight };
  return { gate, events, heard: heardBy(stored.policies, inFlight), imported, connections, judging };
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
export interface Outside {
  readonly jail: Jail;
  readonly databases: ProjectDatabases;
  readonly transport: MailTransport | null;
  readonly ownServers: OwnServers;
}

export function openOutside(ground: Ground, role: "server" | "worker", closers: Closers): Outside {
  const { config, clock } = ground;
  return {
    jail: createJail({ allow: parseAllowList(config.egressAllow), nowMs: () => clock.monotonicMs() }),
    databases: openProjectDatabases(ground, role, closers),
    transport: openTransport(ground, closers),
    ownServers: openOwnServers(ground, closers),
  };
}

function actionsOf(
  { config, db, clock, egress, log }: Ground,
  { databases, jail, transport, ownServers }: Outside,
  connections: BuiltConnections,
): Actions {
  const mail = transport && {
    "mail.send": sendMail({ transport, findMessage: (id) => findOutbox(db.database, id), clock, log }),
  };
  const models = modelActions({
    models: createModels(egress),
    connectors: new Map(connections.own.map((connector) => [connector.id, connector])),
    prices: readPrices(config.modelPrices),
    secrets: connections.fresh,
    clock,
  });
  return {
    ...mail,
    ...models,
    ...ownServers.actions(connections.fresh),
    "sql.query": queryDatabase({ databases, log }),
    "code.run": runJailedCode({
      run: (program, input, limits, signal, network) => runCodeInJail(jail, program, input, limits, signal, network),
    }),
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
