/** The server of the projects' databases: who makes them, and the connections into them (core/ports/project-databases.ts). */
import { AppError } from "../../core/errors.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { isConnectionLost, sqlState, type Database } from "../../core/ports/database.ts";
import {
  ForeignStatementError,
  NotBegunError,
  type DatabaseAccess,
  type ProjectServer,
  type ProjectSession,
  type UseOptions,
} from "../../core/ports/project-databases.ts";
import { openPool } from "../postgres/pool.ts";
import { dropProject, endSession, findFaults, makeProject, makeRole, measureProject } from "./administer.ts";
import { createSlots, type SlotLimits } from "./connection-slots.ts";
import { connectProject, maybeCommitted, type ProjectConnection } from "./project-connection.ts";
import { wayTo, type Way } from "./way.ts";

export interface ProjectServerOptions {
  /** As steward_databases, into the server's maintenance database. */
  readonly way: Way;
  readonly applicationName: string;
  readonly clock: Clock;
  readonly log: (message: string, error?: unknown) => void;
  readonly limits?: Partial<SlotLimits>;
  /** Called with the server's process for each connection, before it is used; for a server of this machine. */
  readonly limitMemory?: (processId: number) => Promise<void>;
  /** Of a project's temporary files, 1 GiB unless given; where the server lets us. */
  readonly temporaryBytesMax?: number;
}

const LIMITS: SlotLimits = { totalMax: 20, eachMax: 4, waitingMax: 200, waitMsMax: 10_000, idleMsMax: 60_000 };
const GIBIBYTE = 2 ** 30;
/** One holds the makers' lock, one works under it, one ends sessions. */
const ADMIN_CONNECTIONS = 3;
const ADMIN_STATEMENT_MS_MAX = 120_000;
const MEASURE_MS_MAX = 5000;

export function createProjectServer(options: ProjectServerOptions): ProjectServer {
  const server = new PostgresProjects(options);
  return {
    make: (access) => server.make(access),
    drop: (name) => server.drop(name),
    measure: (name) => server.measure(name),
    use: (access, how, run) => server.use(access, how, run),
    faults: () => findFaults(server.admin),
    close: () => server.close(),
  };
}

/** What stands in its place where Steward has no way to make databases: every call says what to set. */
export function noProjectServer(): ProjectServer {
  return {
    make: refuse,
    drop: refuse,
    measure: refuse,
    use: refuse,
    faults: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
}

function refuse(): Promise<never> {
  const text =
    "This installation makes no databases for projects. Let the operator set DATABASE_DATABASES_URL to the address of steward_databases (docs/tables.md).";
  return Promise.reject(new AppError("unavailable", text));
}

class PostgresProjects {
  readonly admin: Database;
  readonly #options: ProjectServerOptions;
  readonly #pool: ReturnType<typeof openPool>;
  readonly #slots: ReturnType<typeof createSlots<DatabaseAccess, ProjectConnection>>;
  /** One maker or dropper of this process at a time: each takes two of the few connections. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ProjectServerOptions) {
    this.#options = options;
    this.#pool = openPool({
      ...options.way,
      max: ADMIN_CONNECTIONS,
      applicationName: `${options.applicationName} databases`,
      log: options.log,
      statementMsMax: ADMIN_STATEMENT_MS_MAX,
    });
    this.admin = this.#pool;
    this.#slots = createSlots<DatabaseAccess, ProjectConnection>({
      limits: { ...LIMITS, ...options.limits },
      clock: options.clock,
      open: (access) => this.#open(access),
      close: (connection) => void connection.end().catch(() => connection.destroy()),
    });
  }

  async make(access: DatabaseAccess): Promise<void> {
    await this.#inTurn(async () => {
      await makeProject(this.#administration(), access);
    });
  }

  async drop(name: string): Promise<void> {
    this.#slots.forget(name);
    await this.#inTurn(() => dropProject(this.#administration(), name));
  }

  async measure(name: string) {
    const size = await measureProject(this.admin, name);
    if (size === null) return null;
    let tables = 0;
    await this.#inDatabase(name, async (database) => {
      const text = `select count(*) as tables from pg_catalog.pg_class
        where relnamespace operator(pg_catalog.=) 'data'::pg_catalog.regnamespace and relkind operator(pg_catalog.=) 'r'`;
      const { rows } = await database.query<{ tables: number }>({ text });
      tables = rows[0]?.tables ?? 0;
    });
    return { ...size, tables };
  }

  async use<T>(access: DatabaseAccess, how: UseOptions, run: (session: ProjectSession) => Promise<T>): Promise<T> {
    if (mayNotBegin(how)) throw new NotBegunError();
    const connection = await this.#slots.acquire(access);
    const watch = this.#watch(access.name, connection, how);
    try {
      if (mayNotBegin(how)) throw new NotBegunError();
      return await connection.transact(how, run);
    } catch (error) {
      throw watch.explain(error);
    } finally {
      watch.stop();
      this.#slots.release(access, connection, !connection.usable);
    }
  }

  async close(): Promise<void> {
    this.#slots.close();
    await this.#turn.catch(() => undefined);
    await this.#pool.close();
  }

  /** Breaks the connection when its time is over or its caller gave up, and ends what still runs on the server. */
  #watch(name: string, connection: ProjectConnection, { timeoutMs, signal }: UseOptions) {
    let why: ForeignStatementError | null = null;
    const { processId } = connection;
    const stop = (reason: ForeignStatementError): void => {
      if (why !== null) return;
      why = reason;
      connection.destroy();
      endSession(this.admin, name, processId).catch((error: unknown) =>
        this.#options.log(`a session of ${name} could not be ended`, error),
      );
    };
    const onAbort = (): void => stop(new ForeignStatementError("sql_unavailable", "it was cancelled"));
    // The server's own limit comes first; this one is for what got around it.
    const done = this.#options.clock.after(timeoutMs + GRACE_MS, () =>
      stop(new ForeignStatementError("sql_timeout", `it was not done within ${timeoutMs / 1000} s`)),
    );
    signal?.addEventListener("abort", onAbort, { once: true });
    return {
      stop: () => {
        done();
        signal?.removeEventListener("abort", onAbort);
      },
      explain: (error: unknown): unknown => {
        if (maybeCommitted(error))
          return new ForeignStatementError("sql_unknown", "the connection was lost in the commit", { cause: error });
        const lost =
          isConnectionLost(error) || (error instanceof ForeignStatementError && error.code === "sql_unavailable");
        return why !== null && lost ? why : error;
      },
    };
  }

  async #open(access: DatabaseAccess): Promise<ProjectConnection> {
    const { way, applicationName, limitMemory } = this.#options;
    const connect = async (): Promise<ProjectConnection> => {
      const connection = await connectProject(way, access, applicationName);
      await limitMemory?.(connection.processId);
      return connection;
    };
    try {
      return await connect();
    } catch (error) {
      // A role may change its own password and settings, by SQL of a flow: it gets back what it had.
      if (!PASSWORD_STATES.has(sqlState(error) ?? "")) throw asUnavailable(error);
      await this.#inTurn(() => makeRole(this.#administration(), access));
      return await connect().catch((again: unknown) => {
        throw asUnavailable(again);
      });
    }
  }

  #administration() {
    return {
      admin: this.admin,
      inDatabase: (name: string, act: (database: Database) => Promise<void>) => this.#inDatabase(name, act),
      temporaryBytesMax: this.#options.temporaryBytesMax ?? GIBIBYTE,
    };
  }

  async #inDatabase(name: string, act: (database: Database) => Promise<void>): Promise<void> {
    const pool = openPool({
      ...wayTo(this.#options.way, name),
      max: 1,
      applicationName: `${this.#options.applicationName} databases`,
      log: this.#options.log,
      statementMsMax: MEASURE_MS_MAX,
    });
    try {
      await act(pool);
    } finally {
      await pool.close();
    }
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act, act);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

function mayNotBegin({ signal, mayProceed }: UseOptions): boolean {
  return signal?.aborted === true || mayProceed?.() === false;
}

const GRACE_MS = 500;
/** invalid_password, invalid_authorization_specification. */
const PASSWORD_STATES: ReadonlySet<string> = new Set(["28P01", "28000"]);

function asUnavailable(error: unknown): unknown {
  const state = sqlState(error);
  if (state === "3D000") return new AppError("unavailable", "The project's database is not there (any more).");
  if (state === "53300")
    return new AppError("overloaded", "The project's database has no connection free.", { retryAfterSeconds: 5 });
  return error;
}
