import type { QueryResult } from "pg";

import { invariant } from "../../core/invariant.ts";
import {
  ConnectionLostError,
  sqlState,
  type Result,
  type ResultsOf,
  type Statement,
} from "../../core/ports/database.ts";
import { translateError } from "./connection-errors.ts";

/** What the driver answers a statement with; its rows are what `Statement.row` says they are. */
export type DriverResult = Pick<QueryResult, "command" | "rowCount" | "rows">;

/** The subset of a connection that we use. It must pipeline: a statement goes out before the former is answered. */
export interface PipelineClient {
  query(config: { name?: string; text: string; values?: unknown[] }): Promise<DriverResult | DriverResult[]>;
}

const BEGIN: Statement = { text: "begin" };
const COMMIT: Statement = { text: "commit" };

/** Sends one statement, exactly as given. */
export async function send(client: PipelineClient, { name, text, values }: Statement<object>): Promise<DriverResult> {
  const answer = await client.query({
    text,
    ...(name === undefined ? {} : { name }),
    ...(values === undefined ? {} : { values: [...values] }),
  });
  // Several statements in one text give several results; the last one speaks.
  const last = Array.isArray(answer) ? answer.at(-1) : answer;
  invariant(last !== undefined, "a statement gives a result");
  return last;
}

/** The driver's answer as the port promises it. */
export function resultOf<R extends object>({ rows, rowCount }: DriverResult): Result<R> {
  return { rows, count: rowCount ?? 0 };
}

/**
 * Runs the statements as one transaction in one round trip; see `Database.pipeline`. Statements
 * must have passed `makeStatementCheck`, since what fails on our side of the wire doesn't stop the
 * commit behind it. 220 to 260 µs for three statements, where awaiting each takes 365 µs; corking the
 * socket around them gains nothing.
 */
export async function transactionPipelined<const S extends readonly Statement<object>[]>(
  client: PipelineClient,
  statements: S,
): Promise<ResultsOf<S>> {
  const answers = [BEGIN, ...statements, COMMIT].map(async (statement) => await send(client, statement));
  const settled = await Promise.allSettled(answers);
  const failed = settled.find((answer) => answer.status === "rejected");
  if (failed !== undefined) throw failureOf(failed.reason, settled);
  const results = settled.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  // A commit after a failed statement is answered, without an error, by the command ROLLBACK.
  invariant(results.at(-1)?.command === "COMMIT", "a pipeline without a failed statement commits");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one result for each statement, in their order
  return results.slice(1, -1).map(resultOf) as ResultsOf<S>;
}

function failureOf(reason: unknown, settled: readonly PromiseSettledResult<DriverResult>[]): unknown {
  const [begin] = settled;
  const commit = settled.at(-1);
  if (commit?.status === "fulfilled") {
    // Without a begin (cancelled, say) each statement stood for itself.
    const alone = begin?.status === "rejected" && commit.value.command === "COMMIT";
    return alone ? new ConnectionLostError("unknown", { cause: reason }) : translateError(reason, "no");
  }
  // Once the database has answered a statement with an error, the commit behind it can't have taken place.
  const refused = settled
    .slice(0, -1)
    .some((answer) => answer.status === "rejected" && sqlState(answer.reason) !== null);
  return translateError(reason, refused ? "no" : "unknown");
}
