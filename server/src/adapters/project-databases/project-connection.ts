/** One connection as a project's role, and the transaction that a use of it is. */
import { Client } from "pg";
import { ConnectionLostError, sqlState, type Result, type Row, type Statement } from "../../core/ports/database.ts";
import {
  ForeignStatementError,
  type DatabaseAccess,
  type ForeignAnswer,
  type ForeignStatement,
  type ProjectSession,
  type UseOptions,
} from "../../core/ports/project-databases.ts";
import { translateError } from "../postgres/connection-errors.ts";
import { resultOf, send } from "../postgres/pipeline.ts";
import { SQL_TYPES } from "../postgres/sql-types.ts";
import { makeStatementCheck } from "../postgres/statement-check.ts";
import { ForeignQuery } from "./foreign-query.ts";
import { foreignError } from "./foreign-error.ts";
import { configOf, wayTo, type Way } from "./way.ts";

const CONNECT_MS_MAX = 10_000;
const KEEP_ALIVE_MS = 10_000;
const LOCK_MS_MAX = 10_000;

/**
 * What holds at the begin of every use, given at the start of the session: neither what a role keeps for itself
 * (`alter role … set`) nor what an earlier use left counts against it.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  search_path: "data",
  standard_conforming_strings: "on",
  DateStyle: "ISO",
  IntervalStyle: "iso_8601",
  TimeZone: "UTC",
  bytea_output: "hex",
  extra_float_digits: "1",
  row_security: "on",
  default_transaction_read_only: "off",
  work_mem: "8MB",
  maintenance_work_mem: "32MB",
  max_parallel_workers_per_gather: "0",
  max_parallel_maintenance_workers: "0",
  idle_in_transaction_session_timeout: "120000",
  idle_session_timeout: "0",
  client_connection_check_interval: "1000",
};

export interface ProjectConnection {
  /** The server's process for it. */
  readonly processId: number;
  readonly usable: boolean;
  /** A transaction, see `ProjectServer.use`. */
  transact<T>(options: UseOptions, run: (session: ProjectSession) => Promise<T>): Promise<T>;
  /** Breaks it at once, whatever runs. What runs on the server is to be ended there. */
  destroy(): void;
  end(): Promise<void>;
}

/** Connects as the project's role. Throws the driver's error. */
export async function connectProject(
  way: Way,
  { name, password }: DatabaseAccess,
  applicationName: string,
): Promise<ProjectConnection> {
  const client = new Client({
    ...configOf(wayTo(way, name, { user: name, password })),
    options: Object.entries(SETTINGS)
      .map(([setting, value]) => `-c ${setting}=${value}`)
      .join(" "),
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    types: SQL_TYPES,
  });
  client.on("error", () => undefined); // each loss reaches its caller as its statement's error
  await client.connect();
  return new OpenConnection(client);
}

class OpenConnection implements ProjectConnection {
  readonly #client: Client;
  #broken = false;

  constructor(client: Client) {
    this.#client = client;
    client.on("end", () => {
      this.#broken = true;
    });
  }

  get processId(): number {
    return driversOwn(this.#client).processID ?? 0;
  }

  get usable(): boolean {
    return !this.#broken && this.#client.getTransactionStatus() === "I";
  }

  async transact<T>(options: UseOptions, run: (session: ProjectSession) => Promise<T>): Promise<T> {
    let foreign = false;
    const check = makeStatementCheck();
    const session: ProjectSession = {
      query: async <R extends object = Row>(statement: Statement<R>): Promise<Result<R>> => {
        check(statement);
        return await this.#own<R>(statement);
      },
      run: async (statement) => {
        foreign = true;
        return await this.#foreign(statement);
      },
    };
    try {
      await this.#own({ text: beginning(options) });
      const value = await run(session);
      await this.#commit();
      return value;
    } catch (error) {
      if (!this.#broken) await this.#own({ text: "rollback" }).catch(() => undefined);
      throw error;
    } finally {
      // What foreign code set, prepared, locked or listens to doesn't outlast its use.
      if (foreign && this.usable) await this.#own({ text: "discard all" }).catch(() => this.destroy());
    }
  }

  destroy(): void {
    this.#broken = true;
    driversOwn(this.#client).connection.stream.destroy();
  }

  async end(): Promise<void> {
    await this.#client.end();
  }

  async #own<R extends object>({ text, values }: Statement<R>): Promise<Result<R>> {
    try {
      return resultOf<R>(await send(this.#client, { text, ...(values === undefined ? {} : { values }) }));
    } catch (error) {
      throw translateError(error, "no");
    }
  }

  async #foreign(statement: ForeignStatement): Promise<ForeignAnswer> {
    const query = new ForeignQuery(statement);
    try {
      this.#client.query(query);
      const answer = await query.answer;
      if (this.#client.getTransactionStatus() !== "T")
        throw new ForeignStatementError(
          "sql_error",
          `${query.command} is not for statements of flows: each is a transaction of its own`,
        );
      return answer;
    } catch (error) {
      throw foreignError(translateError(error, "no"));
    }
  }

  async #commit(): Promise<void> {
    // What waits for the end of the transaction happens as a statement first, under its limits.
    await this.#own({ text: "set constraints all immediate" });
    let command: string;
    try {
      ({ command } = await send(this.#client, { text: "commit" }));
    } catch (error) {
      throw sqlState(error) === null ? translateError(error, "unknown") : error;
    }
    if (command !== "COMMIT") throw new Error("the transaction was rolled back: a statement in it had failed");
  }
}

/** What the driver's types leave out. */
function driversOwn(client: Client): {
  readonly processID: number | null;
  readonly connection: { readonly stream: { destroy(): void } };
} {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- pg/lib/client.js
  return client as unknown as ReturnType<typeof driversOwn>;
}

/** The first round trip of a use. */
function beginning({ mode, timeoutMs }: UseOptions): string {
  const ms = Math.max(1, Math.round(timeoutMs));
  return `begin isolation level read committed ${mode === "read" ? "read only" : "read write"};
    set local statement_timeout = ${ms}; set local lock_timeout = ${Math.min(ms, LOCK_MS_MAX)}`;
}

/** Whether the error of a use means that its commit may stand. */
export function maybeCommitted(error: unknown): boolean {
  return error instanceof ConnectionLostError && error.committed === "unknown";
}
