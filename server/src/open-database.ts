/** Opens the database a process works on: the home's embedded server, or the one of DATABASE_URL. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Home } from "./adapters/home/home.ts";
import type { HomeLock } from "./adapters/home/lock-home.ts";
import { checkRole, checkServer } from "./adapters/postgres/check-server.ts";
import {
  connectEmbedded,
  startEmbedded,
  type EmbeddedConnection,
  type EmbeddedServer,
} from "./adapters/postgres/embedded.ts";
import { openNotifications, type Notifications } from "./adapters/postgres/notifications.ts";
import type { Way } from "./adapters/project-databases/way.ts";
import { makeTemplate } from "./adapters/project-databases/template.ts";
import { openPool, type Pool } from "./adapters/postgres/pool.ts";
import type { Config } from "./config.ts";
import { AppError } from "./core/errors.ts";
import { sqlState } from "./core/ports/database.ts";
import { messageOf } from "./core/thrown.ts";
import { migrate, parseMigrations } from "./store/migrate.ts";
import { DATABASE, makeDatabase } from "./store/make-database.ts";
import { ROLES_SQL } from "./store/roles.ts";

export interface OpenDatabase {
  /** As steward_app: tenant rows, inside a scope. */
  readonly database: Pool;
  /** As steward_dispatch: routing tables of all projects. */
  readonly dispatch: Pool;
  /** As steward_identity, in the sign-in library's own schema. */
  readonly identity: Pool;
  /** As steward_databases, into the server's maintenance database; null where no way was given to make projects' databases. */
  readonly databasesWay: Way | null;
  readonly notifications: Notifications;
  /** What was done to the schema, for the log. */
  readonly migrated: readonly string[];
  /** Settles with the reason when the embedded server was given up. */
  readonly gone: Promise<string>;
  close(): Promise<void>;
}

const APP_CONNECTIONS = 12;
const DISPATCH_CONNECTIONS = 6;
const IDENTITY_CONNECTIONS = 4;

export interface OpenOptions {
  readonly config: Config;
  readonly home: Home;
  /** The home's lock; null for a worker beside the process that has it. */
  readonly lock: HomeLock | null;
  /** Names this process among the others, for its notifications. */
  readonly worker: string;
  readonly nowMs: number;
  readonly log: (line: string) => void;
}

export async function openDatabase(options: OpenOptions): Promise<OpenDatabase> {
  const { config, lock, log } = options;
  const gone = Promise.withResolvers<string>();
  let server: EmbeddedServer | null = null;
  const stop = async (): Promise<void> => await server?.stop();
  let way: Way;
  let migrateWay: Way | null;
  let databasesWay: Way | null;
  if (config.databaseUrl !== null) {
    way = { url: config.databaseUrl };
    migrateWay = lock ? { url: config.migrateUrl ?? config.databaseUrl } : null;
    databasesWay = config.databasesUrl === null ? null : { url: config.databasesUrl };
  } else if (lock) {
    server = await startEmbedded({ home: options.home, lock, log });
    server.onExit((reason) => {
      log(`the database is gone: ${reason}`);
      gone.resolve(`the database is gone: ${reason}`);
    });
    await prepareServer(server, log);
    way = { connection: server.config(DATABASE, "steward_app") };
    migrateWay = { connection: server.config(DATABASE, "steward_migrate") };
    databasesWay = { connection: server.config("postgres", "steward_databases") };
  } else {
    const embedded = connectEmbedded(options.home);
    way = { connection: embedded.config(DATABASE, "steward_app") };
    databasesWay = { connection: embedded.config("postgres", "steward_databases") };
    migrateWay = null;
  }
  try {
    const migrated = migrateWay ? await migrateThrough(migrateWay, options) : [];
    return { ...(await openPools(way, options, migrated, stop)), databasesWay, gone: gone.promise };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openPools(
  way: Way,
  options: OpenOptions,
  migrated: readonly string[],
  stop: () => Promise<void>,
): Promise<Omit<OpenDatabase, "gone" | "databasesWay">> {
  const { log } = options;
  const applicationName = `steward ${options.worker}`;
  const database = openPool({ ...way, max: APP_CONNECTIONS, applicationName, log });
  await checkServer(database);
  await checkRole(database, ROLES_SQL);
  const dispatch = openPool({
    ...asRole(way, "steward_dispatch"),
    max: DISPATCH_CONNECTIONS,
    applicationName: `${applicationName} dispatch`,
    log,
  });
  const identity = openPool({
    ...asRole(way, "steward_identity", "identity"),
    max: IDENTITY_CONNECTIONS,
    applicationName: `${applicationName} identity`,
    log,
  });
  const notifications = await openNotifications({
    ...way,
    applicationName: `${applicationName} words`,
    log,
    worker: options.worker,
  });
  return {
    database,
    dispatch,
    identity,
    notifications,
    migrated,
    async close() {
      await notifications.close();
      await Promise.all([database.close(), dispatch.close(), identity.close()]);
      await stop();
    },
  };
}

/** The same way in, as another role from the first statement. */
function asRole(way: Way, role: string, schema?: string): Way {
  const options = `-c role=${role}${schema === undefined ? "" : ` -c search_path=${schema}`}`;
  if ("connection" in way) return { connection: { ...way.connection, options } };
  const url = new URL(way.url);
  url.searchParams.set("options", options);
  return { url: url.href };
}

async function prepareServer(server: EmbeddedConnection, log: (line: string) => void): Promise<void> {
  const admin = openPool({ connection: server.admin, max: 1, applicationName: "steward roles", log });
  try {
    await makeDatabase(admin, {
      migrate: server.password("steward_migrate"),
      app: server.password("steward_app"),
      databases: server.password("steward_databases"),
      backup: server.password("steward_backup"),
    });
  } finally {
    await admin.close();
  }
  await makeTemplate(async (name, act) => {
    const connection = server.config(name, "postgres");
    const pool = openPool({ connection, max: 1, applicationName: "steward template", log });
    try {
      await act(pool);
    } finally {
      await pool.close();
    }
  });
}

async function migrateThrough(way: Way, options: OpenOptions): Promise<readonly string[]> {
  const pool = openPool({ ...way, max: 1, applicationName: "steward migrate", log: options.log, statementMsMax: 0 });
  try {
    await checkServer(pool);
    const { applied } = await migrate(pool, readMigrations(), options.nowMs);
    if (applied.length > 0) options.log(`the database has a newer schema now: ${applied.join(", ")}`);
    return applied;
  } catch (error) {
    if (sqlState(error) !== "42501") throw error; // insufficient privilege
    const message = `the role that migrates may not: ${messageOf(error)}. Set DATABASE_MIGRATE_URL to steward_migrate's address`;
    throw new AppError("start_refused", message);
  } finally {
    await pool.close();
  }
}

/** The migrations that came with this program. */
export function readMigrations() {
  const folder = path.join(import.meta.dirname, "store", "migrations");
  const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  return parseMigrations(names.map((name) => ({ name, sql: readFileSync(path.join(folder, name), "utf8") })));
}
