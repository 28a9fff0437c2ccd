/** The action `sql.query`: one statement of a flow in its project's own database. */
import { AppError } from "../core/errors.ts";
import { invariant } from "../core/invariant.ts";
import type { JsonObject } from "../core/json.ts";
import {
  ForeignStatementError,
  NotBegunError,
  type ProjectSession,
  type UseOptions,
} from "../core/ports/project-databases.ts";
import type { SqlArguments, SqlResult } from "../core/sql-effect.ts";
import { judgeStatement } from "../core/table/sql-statement.ts";
import { SealError } from "../keyring/seal-error.ts";
import type { Scope } from "../store/scope.ts";
import { endedAs, type ActionPerformer, type Check, type EffectEnd, type Matter } from "./action.ts";
import { judgeCancelled } from "./checks.ts";

/** Of an answer as it comes over the wire. */
const ANSWER_BYTES_MAX = 5_000_000;

export interface QueryDatabaseParts {
  /** The projects' own databases, of which a statement needs a transaction in one. */
  readonly databases: {
    use<T>(scope: Scope, how: UseOptions, run: (session: ProjectSession) => Promise<T>): Promise<T>;
  };
  readonly log: (message: string, error?: unknown) => void;
}

const NOTHING: ReadonlySet<string> = new Set();

/** The statement and its values never leave the database and the run: the audit has counts only. */
export function queryDatabase(parts: QueryDatabaseParts): ActionPerformer<SqlArguments> {
  return {
    gather: ({ effect }) => readArguments(effect.arguments),
    act: (subject) => ({
      class: subject.mode,
      destination: [],
      literal: NOTHING,
      arguments: subject,
      estimate: null,
    }),
    checks: CHECKS,
    facts: () => ({ host: null }),
    intentFacts: ({ mode, values }) => ({ mode, values: values.length }),
    perform: (matter) => query(parts, matter),
  };
}

const CHECKS: readonly Check<SqlArguments>[] = [
  {
    name: "statement_allowed",
    judge({ subject }) {
      const judged = judgeStatement(subject.sql);
      return judged.ok ? null : { code: "sql_not_allowed", message: `this statement is not run: ${judged.message}` };
    },
  },
];

async function query(parts: QueryDatabaseParts, { call, subject }: Matter<SqlArguments>): Promise<EffectEnd> {
  const { organization, project, effect } = call;
  const how: UseOptions = {
    mode: subject.mode,
    timeoutMs: effect.timeoutMs,
    signal: call.signal,
    mayProceed: () => judgeCancelled(call) === null,
  };
  try {
    const { sql: text, values, rows: rowsMax } = subject;
    const answer = await parts.databases.use({ organization, project }, how, (session) =>
      session.run({ text, values, rowsMax, bytesMax: ANSWER_BYTES_MAX }),
    );
    const result: SqlResult = { rows: answer.rows, rowCount: answer.rowCount, columns: answer.columns.map(columnOf) };
    return { outcome: { kind: "done", result }, facts: { rows: answer.rowCount } };
  } catch (error) {
    return endOf(parts, project, error);
  }
}

function columnOf({ name, type }: { readonly name: string; readonly type: string }) {
  return { name, type };
}

/** What an error means to the step (R5). A transaction of which no commit was sent is known not to have happened. */
function endOf(parts: QueryDatabaseParts, project: string, error: unknown): EffectEnd {
  if (error instanceof NotBegunError) return endedAs("refused", { code: "cancelled", message: error.message });
  if (error instanceof ForeignStatementError)
    return endedAs(error.code === "sql_unknown" ? "unknown" : "failed", { code: error.code, message: error.message });
  if (error instanceof AppError) {
    if (error.code === "quota_exceeded") return endedAs("failed", { code: "sql_full", message: error.message });
    if (error.code === "overloaded") return endedAs("failed", { code: "overloaded", message: error.message });
    if (error.code === "unavailable" || error.code === "conflict")
      return endedAs("failed", { code: "sql_unavailable", message: error.message });
  }
  if (!(error instanceof SealError)) throw error;
  parts.log(`the way into the database of project ${project} does not open`, error);
  return endedAs("failed", { code: "sql_unavailable", message: "the way into the project's database can't be opened" });
}

function readArguments({ sql, values, rows, mode }: JsonObject): SqlArguments {
  invariant(typeof sql === "string" && Array.isArray(values), "an SQL effect has a statement and values");
  invariant(typeof rows === "number" && (mode === "read" || mode === "write"), "an SQL effect has limits and a mode");
  return { sql, values, rows, mode };
}
