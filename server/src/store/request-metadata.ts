/** Who called what (PROMISES D8): facts of calls, a minute's of a kind in one row. `0008_limits.sql` tells the rest. */
import type { Database } from "../core/ports/database.ts";
import { insertStatements, queryInScope, type Scope, scopeStatement, valuesList } from "./scope.ts";

export interface RequestRow {
  readonly id: string;
  readonly minuteMs: number;
  /** As the audit names it, `key_…` or `mem_…`; null when nobody was known. */
  readonly principal: string | null;
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly address: string;
  readonly client: string | null;
  readonly clientVersion: string | null;
  readonly count: number;
  readonly latencyMsSum: number;
  readonly latencyMsMax: number;
}

export interface RequestFilter {
  readonly principal: string | null;
  readonly route: string | null;
  readonly status: number | null;
  readonly address: string | null;
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
  /** The id of the last row of the page before. */
  readonly before: string | null;
  readonly limit: number;
}

/** Writes a project's rows. A row that is there gets its counts anew, so that this may be repeated. Primary key. */
export async function writeRequests(database: Database, scope: Scope, rows: readonly RequestRow[]): Promise<void> {
  await database.pipeline([
    scopeStatement(scope),
    { text: "set local synchronous_commit = off" }, // a crash of the database may forget the last second
    ...insertStatements(
      "write_requests",
      rows,
      (count) => `insert into steward.request_log (organization, project, id, minute, principal, route, method, status,
          address, client, client_version, count, latency_ms_sum, latency_ms_max)
        values ${valuesList(count, 14, (cell, column) => (column === 3 ? `to_timestamp(${cell})` : cell))}
        on conflict (project, id) do update set count = excluded.count,
          latency_ms_sum = excluded.latency_ms_sum, latency_ms_max = excluded.latency_ms_max`,
      (row) => [
        scope.organization,
        scope.project,
        row.id,
        row.minuteMs / 1000,
        row.principal,
        row.route,
        row.method,
        row.status,
        row.address,
        row.client,
        row.clientVersion,
        row.count,
        row.latencyMsSum,
        row.latencyMsMax,
      ],
    ),
  ]);
}

/** A project's rows, newest first. Walks the primary key backwards. */
export async function listRequests(
  database: Database,
  scope: Scope,
  filter: RequestFilter,
): Promise<readonly RequestRow[]> {
  return await queryInScope<RequestRow>(database, scope, {
    name: "list_requests",
    text: `select id, minute as "minuteMs", principal, route, method, status, address, client,
        client_version as "clientVersion", count, latency_ms_sum as "latencyMsSum", latency_ms_max as "latencyMsMax"
      from steward.request_log
      where project = $1 and ($2::uuid is null or id < $2) and ($3::text is null or principal = $3)
        and ($4::text is null or route = $4) and ($5::integer is null or status = $5)
        and ($6::text is null or address = $6) and ($7::bigint is null or minute >= to_timestamp($7 / 1000.0))
        and ($8::bigint is null or minute < to_timestamp($8 / 1000.0))
      order by id desc limit $9`,
    values: [
      scope.project,
      filter.before,
      filter.principal,
      filter.route,
      filter.status,
      filter.address,
      filter.sinceMs,
      filter.untilMs,
      filter.limit,
    ],
  });
}

/**
 * Removes the oldest hour's rows that are older than 90 days, of all projects; gives how many. As steward_dispatch, who
 * by its policy sees no younger ones. Index on minute.
 */
export async function deleteExpiredRequests(dispatch: Database): Promise<number> {
  const { count } = await dispatch.query({
    name: "delete_expired_requests",
    text: `delete from steward.request_log where minute <= (
        select min(minute) + interval '1 hour' from steward.request_log where minute < now() - interval '90 days')`,
  });
  return count;
}
