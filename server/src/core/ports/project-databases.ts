/**
 * The server on which the projects' own databases lie. It knows databases by name only; whose they are is known to
 * `data`. What runs inside one is foreign code: a flow's SQL, with the rights of that database's one role.
 */
import type { Json } from "../json.ts";
import type { Transaction } from "./database.ts";

/** The way into one project's database. The role has the database's name. */
export interface DatabaseAccess {
  readonly name: string;
  readonly password: string;
}

/** A statement that somebody else wrote: nothing is known of it. */
export interface ForeignStatement {
  /** One statement; several are refused. */
  readonly text: string;
  /** Bound by what the statement makes of each place: lists become SQL arrays or JSON, objects JSON. */
  readonly values: readonly Json[];
  readonly rowsMax: number;
  /** Of the answer, as it comes over the wire. */
  readonly bytesMax: number;
}

export interface ForeignAnswer {
  /** One object a row; of several columns of one name the last counts. */
  readonly rows: readonly Readonly<Record<string, Json>>[];
  /** Rows returned or changed. */
  readonly rowCount: number;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** Why a foreign statement didn't do what it was to. Nothing of it stays, but where the code is `sql_unknown`. */
export class ForeignStatementError extends Error {
  readonly code: ForeignErrorCode;

  constructor(code: ForeignErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = "ForeignStatementError";
    this.code = code;
  }
}

export type ForeignErrorCode =
  /** The database refused it: syntax, rights, constraints. */
  | "sql_error"
  | "sql_values"
  | "sql_too_many_rows"
  | "sql_too_large"
  | "sql_timeout"
  /** The connection broke, or others stood in the way: it may succeed later. */
  | "sql_unavailable"
  /** The connection broke in the commit. */
  | "sql_unknown";

/** One transaction in a project's database. */
export interface ProjectSession extends Transaction {
  run(statement: ForeignStatement): Promise<ForeignAnswer>;
  /** Steward's own; its results are as `Result` has them. */
  query: Transaction["query"];
}

export interface UseOptions {
  /** `read` is a transaction that can't change anything, whatever runs in it. */
  readonly mode: "read" | "write";
  /** For all of it. Over it, the connection is broken and nothing stays. */
  readonly timeoutMs: number;
  /** Aborted, the same. */
  readonly signal?: AbortSignal;
  /** Whether it may still happen: asked once it has a connection, before the first byte of it. */
  readonly mayProceed?: () => boolean;
}

/** `use` was told not to begin: nothing happened. */
export class NotBegunError extends Error {
  constructor() {
    super("it was cancelled before anything was sent");
    this.name = "NotBegunError";
  }
}

export interface DatabaseSize {
  readonly bytes: number;
  /** Ordinary tables of the project. */
  readonly tables: number;
  /** Open now, from every process of Steward's. */
  readonly connections: number;
}

export interface ProjectServer {
  /**
   * Makes database and role, or mends what is there: repeated, at once and after a crash, it ends the same. Throws
   * `unavailable` where no way in is set or the server's other databases are open to everybody.
   */
  make(access: DatabaseAccess): Promise<void>;
  /** Ends every session in it and drops database and role, for good. Repeated, it does nothing. */
  drop(name: string): Promise<void>;
  /** Null when there is no such database. */
  measure(name: string): Promise<DatabaseSize | null>;
  /**
   * Runs the callback in a transaction and commits when it returns. Throws what it throws, `ForeignStatementError`,
   * `ConnectionLostError`, `NotBegunError`, `overloaded` when no connection is free in time, and `unavailable`.
   */
  use<T>(access: DatabaseAccess, options: UseOptions, run: (session: ProjectSession) => Promise<T>): Promise<T>;
  /** What keeps the projects' databases less apart than they should be, as sentences; none is how it has to be. */
  faults(): Promise<readonly string[]>;
  /** Closes what is idle at once, and what is in use when it is given back. May be repeated. */
  close(): Promise<void>;
}
