/**
 * The database as `store` sees it: statements, transactions, and which failures mean what. An
 * adapter keeps these promises; nothing here knows the driver.
 */

import { codeOf, messageOf } from "../thrown.ts";

export type SqlScalar = null | string | number | boolean | bigint | Date | Uint8Array;
/** A parameter. JSON is passed as its text; a time as a `Date`; an array becomes an SQL array. */
export type SqlValue = SqlScalar | readonly SqlValue[];

export type Row = Record<string, unknown>;

/**
 * One SQL statement. With a `name` it is prepared once on each connection: one name stands for one
 * text for as long as the program runs. Without values and name, `text` may hold several statements.
 */
export interface Statement<R extends object = Row> {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly SqlValue[];
  /** Never set: carries the type of the rows. */
  readonly row?: R;
}

/**
 * Rows come with int8 as number (reading one beyond 2^53 throws), timestamptz as epoch
 * milliseconds (`Infinity` and `-Infinity` as the database has them), uuid, date and numeric as
 * text, bytea as Buffer, json parsed.
 */
export interface Result<R extends object = Row> {
  readonly rows: readonly R[];
  /** How many rows the statement returned or changed. */
  readonly count: number;
}

export type ResultsOf<S extends readonly Statement<object>[]> = {
  readonly [I in keyof S]: S[I] extends { readonly row?: infer R extends object } ? Result<R> : Result;
};

export interface Transaction {
  query<R extends object = Row>(statement: Statement<R>): Promise<Result<R>>;
}

export interface Database extends Transaction {
  /**
   * Runs the callback inside one transaction and commits when it returns; whatever it throws rolls
   * back and is thrown on. Throws `ConnectionLostError` when the connection broke; its `committed`
   * says whether the commit may nevertheless stand.
   */
  transaction<T>(run: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Sends `begin`, all statements and `commit` in one round trip and gives each statement's result
   * once they are committed. Throws the first statement's error, with nothing committed, or
   * `ConnectionLostError`.
   */
  pipeline<const S extends readonly Statement<object>[]>(statements: S): Promise<ResultsOf<S>>;
}

/** The connection broke or could not be made. `committed` is "unknown" when the commit was already on its way. */
export class ConnectionLostError extends Error {
  readonly committed: "no" | "unknown";

  constructor(committed: "no" | "unknown", options: { cause: unknown }) {
    super(`the connection to the database was lost: ${messageOf(options.cause)}`, options);
    this.name = "ConnectionLostError";
    this.committed = committed;
  }
}

/** The SQLSTATE of an error the database answered with, or null (PostgreSQL documentation, appendix A). */
export function sqlState(error: unknown): string | null {
  return error instanceof Error && "severity" in error ? codeOf(error) : null;
}

/** The statement's effect is missing because the connection broke; see `ConnectionLostError.committed`. */
export function isConnectionLost(error: unknown): error is ConnectionLostError {
  return error instanceof ConnectionLostError;
}

/** The disk of the database is full (53100). Nothing of the transaction stays. */
export function isOutOfDisk(error: unknown): boolean {
  return sqlState(error) === "53100";
}

/** Two transactions stood in each other's way (serialization 40001, deadlock 40P01): the whole transaction may be repeated. */
export function isContention(error: unknown): boolean {
  const state = sqlState(error);
  return state === "40001" || state === "40P01";
}

/** The statement ran longer than its timeout, or was cancelled (57014). */
export function isTimedOut(error: unknown): boolean {
  return sqlState(error) === "57014";
}

/** Other rows refer to the one that was to go (23503). */
export function isReferred(error: unknown): boolean {
  return sqlState(error) === "23503";
}

/** A unique key (23505) stood in the way: of this name, when one is given. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (sqlState(error) !== "23505") return false;
  if (constraint === undefined) return true;
  return error instanceof Error && "constraint" in error && error.constraint === constraint;
}
