/** The sign-in library's way to the database: Kysely's statements on a pool of ours, so that its limits and errors hold there too. */
import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from "kysely";
import { invariant } from "../../core/invariant.ts";
import type { Database, SqlValue, Transaction } from "../../core/ports/database.ts";

/** Columns of time end so, all of them and no others (a test holds the schema to it): our pool reads times as numbers. */
const TIME = /(?:At|Until)$/;

export function poolDialect(database: Database): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => poolDriver(database),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

class PoolConnection implements DatabaseConnection {
  readonly #database: Database;
  #held: { readonly tx: Transaction; readonly end: (commit: boolean) => Promise<void> } | null = null;

  constructor(database: Database) {
    this.#database = database;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the pool checks each value before it is sent
    const values = query.parameters as readonly SqlValue[];
    const { rows, count } = await (this.#held?.tx ?? this.#database).query({ text: query.sql, values });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the statement yields, as Kysely has typed it
    return { rows: rows.map(withDates) as R[], numAffectedRows: BigInt(count) };
  }

  // oxlint-disable-next-line require-yield -- the library never asks for it
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("rows are not streamed");
  }

  /** Holds a transaction of the pool open until `end`: Kysely begins and ends its own, the pool runs a callback. */
  async begin(): Promise<void> {
    invariant(this.#held === null, "a connection has one transaction at a time");
    const begun = Promise.withResolvers<Transaction>();
    const ending = Promise.withResolvers<boolean>();
    const whole = this.#database.transaction(async (tx) => {
      begun.resolve(tx);
      if (!(await ending.promise)) throw ROLLED_BACK;
    });
    whole.catch(begun.reject); // also keeps a failure that nobody waits for yet from ending the process
    const tx = await begun.promise;
    const end = async (commit: boolean): Promise<void> => {
      this.#held = null;
      ending.resolve(commit);
      await whole.catch((error: unknown) => {
        if (error !== ROLLED_BACK) throw error;
      });
    };
    this.#held = { tx, end };
  }

  async end(commit: boolean): Promise<void> {
    await this.#held?.end(commit);
  }
}

const ROLLED_BACK = new Error("rolled back");

function own(connection: DatabaseConnection): PoolConnection {
  invariant(connection instanceof PoolConnection, "a driver gets its own connections back");
  return connection;
}

function poolDriver(database: Database): Driver {
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(new PoolConnection(database)),
    beginTransaction: (connection) => own(connection).begin(),
    commitTransaction: (connection) => own(connection).end(true),
    rollbackTransaction: (connection) => own(connection).end(false),
    releaseConnection: (connection) => own(connection).end(false),
    destroy: () => Promise.resolve(), // the pool is its owner's
  };
}

function withDates(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === "number" && TIME.test(name) ? new Date(value) : value,
    ]),
  );
}
