import { Pool as DriverPool, type ClientConfig, type PoolClient } from "pg";

import { AppError } from "../../core/errors.ts";
import { invariant } from "../../core/invariant.ts";
import {
  ConnectionLostError,
  sqlState,
  type Database,
  type Result,
  type ResultsOf,
  type Row,
  type Statement,
  type Transaction,
} from "../../core/ports/database.ts";
import { messageOf } from "../../core/thrown.ts";
import { translateError } from "./connection-errors.ts";
import { resultOf, send, transactionPipelined, type PipelineClient } from "./pipeline.ts";
import { SQL_TYPES } from "./sql-types.ts";
import { makeStatementCheck } from "./statement-check.ts";

export interface PoolOptions {
  /** Where to connect: an address (DATABASE_URL) or the embedded server's config. */
  readonly url?: string;
  readonly connection?: ClientConfig;
  /** Connections at most. */
  readonly max: number;
  readonly applicationName: string;
  /** What the pool has to say about connections it lost while idle. */
  readonly log: (line: string) => void;
  /** A statement that runs longer is cancelled; 30 s unless given, 0 for none. */
  readonly statementMsMax?: number;
  /** How long a caller waits for a connection; 10 s unless given. */
  readonly connectMsMax?: number;
  /** Callers that may wait for a connection at once; 1,000 unless given. More get `overloaded`. */
  readonly waitingMax?: number;
}

export interface Pool extends Database {
  /** Connections that are open now. */
  readonly open: number;
  /** Waits for what is under way and closes all connections. May be repeated. */
  close(): Promise<void>;
}

const STATEMENT_MS_MAX = 30_000;
const CONNECT_MS_MAX = 10_000;
const WAITING_MAX = 1000;
/** Below a worker's lease of 15 s, so that a process frozen in a transaction lets go of its locks before others take over. */
const IDLE_IN_TRANSACTION_MS_MAX = 10_000;
const IDLE_MS_MAX = 60_000;
const KEEP_ALIVE_MS = 10_000;

/** The settings that every connection of ours shares. */
export function clientConfig(
  options: Pick<PoolOptions, "url" | "connection" | "applicationName" | "connectMsMax">,
): ClientConfig {
  return {
    ...(options.url === undefined ? options.connection : { connectionString: options.url }),
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectMsMax ?? CONNECT_MS_MAX,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    pipeline: true,
    types: SQL_TYPES,
  };
}

/** Opens a pool of pipelining connections; the first one is made when it is needed. */
export function openPool(options: PoolOptions): Pool {
  const pool = new DriverPool({
    ...clientConfig(options),
    max: options.max,
    idleTimeoutMillis: IDLE_MS_MAX,
    statement_timeout: options.statementMsMax ?? STATEMENT_MS_MAX,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS_MAX,
  });
  // Each loss reaches the callers as their statements' error; unheard, it would end the process.
  pool.on("error", (error) => options.log(`an idle database connection was lost: ${error.message}`));
  pool.on("connect", (client) => client.on("error", () => undefined));
  const check = makeStatementCheck();
  const waitingMax = options.waitingMax ?? WAITING_MAX;

  const withClient = async <T>(run: (client: PoolClient) => Promise<T>): Promise<T> => {
    if (pool.waitingCount >= waitingMax)
      throw new AppError("overloaded", `${waitingMax} callers wait for the database.`);
    let client: PoolClient;
    try {
      client = await pool.connect();
    } catch (error) {
      throw translateError(error, "no");
    }
    let broken = false;
    try {
      return await run(client);
    } catch (error) {
      broken = error instanceof ConnectionLostError || saysStale(error);
      throw error;
    } finally {
      // A connection still inside a transaction would carry its scope to the next caller.
      client.release(broken || client.getTransactionStatus() !== "I");
    }
  };

  let closing: Promise<void> | null = null;
  return {
    get open() {
      return pool.totalCount;
    },
    query: async <R extends object = Row>(statement: Statement<R>) => {
      check(statement);
      return await withClient(async (client) => await sendOne<R>(client, statement));
    },
    transaction: async (run) => await withClient(async (client) => await runTransaction(client, check, run)),
    pipeline: async <const S extends readonly Statement<object>[]>(statements: S): Promise<ResultsOf<S>> => {
      statements.forEach(check);
      return await withClient(async (client) => await transactionPipelined(client, statements));
    },
    close: async () => {
      closing ??= pool.end();
      await closing;
    },
  };
}

/** A single statement is its own transaction: when the connection breaks under it, it may have been done. */
async function sendOne<R extends object>(client: PoolClient, statement: Statement<R>): Promise<Result<R>> {
  try {
    return resultOf<R>(await send(client, statement));
  } catch (error) {
    throw translateError(error, "unknown");
  }
}

async function runTransaction<T>(
  client: PoolClient,
  check: (statement: Statement<object>) => void,
  run: (tx: Transaction) => Promise<T>,
): Promise<T> {
  let open = true;
  const query = async <R extends object>(statement: Statement<R>): Promise<Result<R>> => {
    invariant(open, "a transaction is used only while its callback runs");
    check(statement);
    try {
      return resultOf<R>(await send(client, statement));
    } catch (error) {
      throw translateError(error, "no");
    }
  };
  try {
    await query({ text: "begin" });
    const value = await run({ query });
    open = false;
    await commit(client);
    return value;
  } catch (error) {
    open = false;
    if (!(error instanceof ConnectionLostError)) await rollback(client);
    throw error;
  }
}

async function commit(client: PipelineClient): Promise<void> {
  let command: string;
  try {
    ({ command } = await send(client, { text: "commit" }));
  } catch (error) {
    throw translateError(error, "unknown");
  }
  // So the database answers when a statement failed and the callback kept that to itself.
  if (command !== "COMMIT") throw new Error("the transaction was rolled back: a statement in it had failed");
}

async function rollback(client: PipelineClient): Promise<void> {
  try {
    await send(client, { text: "rollback" });
  } catch {
    // The first error is the one to tell; `withClient` closes a connection that is not out of its transaction.
  }
}

/** A prepared statement that the server no longer knows or may no longer run as planned: only a new connection helps. */
function saysStale(error: unknown): boolean {
  const state = sqlState(error);
  return state === "26000" || (state === "0A000" && messageOf(error).includes("cached plan"));
}
