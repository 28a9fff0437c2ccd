/**
 * The PostgreSQL that Steward brings, one server per home:
 * find the place → install programs → make the data once → end leftovers, start, supervise →
 * assert that commits are durable → write down where it listens.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

import type { ClientConfig } from "pg";

import { AppError } from "../../core/errors.ts";
import { invariant } from "../../core/invariant.ts";
import type { Home } from "../home/home.ts";
import { readHomeLock, type HomeLock } from "../home/lock-home.ts";
import { writeFileWhole } from "../home/write-file.ts";
import { findDatabasePlace } from "./database-place.ts";
import { makeSecret, readSecret, type PasswordOf } from "./database-secret.ts";
import { assertDurable } from "./durable.ts";
import { endLeftovers } from "./end-leftovers.ts";
import { makeCluster } from "./make-cluster.ts";
import { installPrograms } from "./native-programs.ts";
import { openPool } from "./pool.ts";
import { startPostmaster } from "./postmaster.ts";
import { chooseAddress, LISTEN_ADDRESS, type ListenAddress } from "./socket-folder.ts";
import { supervise } from "./supervise.ts";

/** How to reach the embedded server of a home. */
export interface EmbeddedConnection {
  /** The superuser's way in, for migration and roles only. */
  readonly admin: ClientConfig;
  /** A role's way in; the password is the role's own unless given. Stays true across restarts of the server. */
  config(database: string, user: string, password?: string): ClientConfig;
  /** The password that the role of this name is to be given; 256 bits, the same on every call. */
  password(role: string): string;
}

export interface EmbeddedServer extends EmbeddedConnection {
  /** The server's process, another one after a restart. */
  readonly pid: number;
  /** Where the data lies. */
  readonly dataFolder: string;
  /** Fast shutdown; open transactions roll back. May be repeated. */
  stop(): Promise<void>;
  /** Called once when the server ended more often than it may and was given up. */
  onExit(callback: (reason: string) => void): void;
}

export interface StartEmbeddedOptions {
  readonly home: Home;
  readonly lock: HomeLock;
  readonly log: (line: string) => void;
  /** Where root keeps databases whose home is out of the server's reach; `/var/lib/steward` unless given. */
  readonly stateFolder?: string;
}

/**
 * Starts the home's database server: 0.8 s the first time, 0.1 s later. A server that outlived its
 * Steward is ended first, one that dies is started again (five times a minute), and all of it dies
 * with the calling thread. Throws `start_refused` saying what to mend.
 */
export async function startEmbedded({ home, lock, log, stateFolder }: StartEmbeddedOptions): Promise<EmbeddedServer> {
  invariant(lock.held && lock.home.folder === home.folder, "the home is locked before its database starts");
  const place = findDatabasePlace(home, stateFolder);
  const programs = installPrograms(place);
  const isNew = !existsSync(place.data);
  const passwordOf = isNew ? makeSecret(home) : readSecret(home);
  const leftovers = async (): Promise<void> => {
    const ended = await endLeftovers(place, programs);
    if (ended > 0) log(`ended ${ended} processes of an earlier database server`);
  };
  if (isNew) log(`making the database in ${place.data}`);
  await makeCluster(place, programs, passwordOf("postgres"));
  const address = await chooseAddress(place);
  const server = await supervise({
    start: async () => {
      await leftovers();
      return await startPostmaster({ place, programs, address, log });
    },
    log,
    now: () => performance.now(),
    sleep: async (ms, signal) => await sleep(ms, undefined, { signal }),
  });
  const connection = connectionTo(address, passwordOf);
  try {
    await assertDurability(connection.admin);
    writeFileWhole(addressFile(home), `${JSON.stringify(address)}\n`);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    ...connection,
    get pid() {
      return server.pid;
    },
    dataFolder: place.data,
    onExit: (callback) => server.onExit(callback),
    stop: async () => {
      rmSync(addressFile(home), { force: true });
      await server.stop();
    },
  };
}

/**
 * The way to the server that another process of this machine runs on the home, for workers. Throws
 * `start_refused` when none runs.
 */
export function connectEmbedded(home: Home): EmbeddedConnection {
  if (readHomeLock(home) !== null) {
    const address = readAddress(home);
    if (address !== null) return connectionTo(address, readSecret(home));
  }
  throw new AppError(
    "start_refused",
    `No Steward runs on ${home.folder}, so its database doesn't either. Start it there first (\`steward up\`), or set DATABASE_URL.`,
    { folder: home.folder },
  );
}

function addressFile(home: Home): string {
  return home.file("postgres/server.json");
}

function readAddress(home: Home): ListenAddress | null {
  try {
    return LISTEN_ADDRESS.parse(JSON.parse(readFileSync(addressFile(home), "utf8")));
  } catch {
    return null; // it is just starting or stopping
  }
}

function connectionTo({ host, port }: ListenAddress, passwordOf: PasswordOf): EmbeddedConnection {
  const config = (database: string, user: string, password = passwordOf(user)): ClientConfig => ({
    host,
    port,
    database,
    user,
    password,
  });
  return { admin: config("postgres", "postgres"), config, password: passwordOf };
}

async function assertDurability(admin: ClientConfig): Promise<void> {
  const pool = openPool({ connection: admin, max: 1, applicationName: "steward start", log: () => undefined });
  try {
    await assertDurable(pool);
  } finally {
    await pool.close();
  }
}
