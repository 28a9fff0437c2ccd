import type { Database, Row, SqlValue, Statement, Transaction } from "../core/ports/database.ts";

/** The tenant a statement is for. Without it row-level security shows nothing. */
export interface Scope {
  readonly organization: string;
  readonly project: string;
}

const SET_SCOPE = "select set_config('steward.organization', $1, true), set_config('steward.project', $2, true)";

/** The first statement of every transaction that touches tenant rows; it ends with the transaction. */
export function scopeStatement(scope: Scope): Statement {
  return { name: "set_scope", text: SET_SCOPE, values: [scope.organization, scope.project] };
}

/** Runs the callback in a transaction that sees this project's rows only. */
export function inScope<T>(database: Database, scope: Scope, run: (tx: Transaction) => Promise<T>): Promise<T> {
  return database.transaction(async (tx) => {
    const [, result] = await Promise.all([tx.query(scopeStatement(scope)), run(tx)]);
    return result;
  });
}

/** One statement in its scope, in one round trip. */
export async function queryInScope<R extends object>(
  database: Database,
  scope: Scope,
  statement: Statement<R>,
): Promise<readonly R[]> {
  const [, result] = await database.pipeline([scopeStatement(scope), statement]);
  return result.rows;
}

/** `($1,$2),($3,$4)` for `rows` rows; `cell` may wrap a placeholder, as in `to_timestamp($3)`. */
export function valuesList(
  rows: number,
  columns: number,
  cell: (placeholder: string, column: number) => string = (it) => it,
): string {
  const list: string[] = [];
  for (let row = 0; row < rows; row++) {
    const cells: string[] = [];
    for (let column = 0; column < columns; column++) cells.push(cell(`$${row * columns + column + 1}`, column));
    list.push(`(${cells.join(",")})`);
  }
  return list.join(",");
}

/** Rows per statement: bounds how many statements a connection keeps prepared, and stays far below 65,535 parameters. */
export const ROWS_MAX = 64;

/** Texts by the names of their statements, since a name stands for one text: made once, and compared by identity. */
const TEXTS = new Map<string, string>();

/** Splits rows into statements of at most `ROWS_MAX` rows, each prepared under `name` and its row count. */
export function insertStatements<T, R extends object = Row>(
  name: string,
  rows: readonly T[],
  text: (rows: number) => string,
  values: (row: T) => readonly SqlValue[],
): Statement<R>[] {
  const statements: Statement<R>[] = [];
  for (let at = 0; at < rows.length; at += ROWS_MAX) {
    const chunk = rows.slice(at, at + ROWS_MAX);
    const prepared = `${name}_${chunk.length}`;
    let known = TEXTS.get(prepared);
    if (known === undefined) TEXTS.set(prepared, (known = text(chunk.length))); // at most ROWS_MAX for each caller
    statements.push({ name: prepared, text: known, values: chunk.flatMap(values) });
  }
  return statements;
}
