/** Counts of tries within windows, for all processes (`0008_limits.sql`). Of the installation: no tenant's scope. */
import type { Database } from "../core/ports/database.ts";
import { insertStatements, valuesList } from "./scope.ts";

export interface CountRow {
  readonly key: string;
  readonly points: number;
  /** When the window ends, epoch milliseconds. */
  readonly expire: number;
}

/**
 * Adds what was counted elsewhere and gives each key's count in all; a window that is over begins anew with what is
 * added. Keys must differ; they are locked in their order, so that two processes never wait for each other in a circle.
 * Primary key; 1,000 rows take about 10 ms. Not waited for on disk: a crash of the database may forget the last second.
 */
export async function addCounts(
  database: Database,
  rows: readonly CountRow[],
  nowMs: number,
): Promise<readonly CountRow[]> {
  const sorted = rows.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const statements = insertStatements<CountRow, CountRow>(
    "add_counts",
    sorted,
    (count) => `insert into steward.rate_limits as r (key, points, expire)
      select key, points, expire from (values ${valuesList(count, 4, typed)}) as v (key, points, expire, at)
      on conflict (key) do update set
        points = case when r.expire <= ${NOW} then excluded.points else r.points + excluded.points end,
        expire = case when r.expire <= ${NOW} then excluded.expire else r.expire end
      returning key, points, expire`,
    ({ key, points, expire }) => [key, points, expire, nowMs],
  );
  const [, ...added] = await database.pipeline([{ text: "set local synchronous_commit = off" }, ...statements]);
  return added.flatMap((result) => result.rows);
}

/** The moment of the statement's first row: `insert` can't see a value that is not inserted. */
const NOW = "$4::bigint";
const TYPES = ["text", "integer", "bigint", "bigint"];

function typed(placeholder: string, column: number): string {
  return `${placeholder}::${TYPES[column]!}`;
}

/** Removes at most `limit` counts whose windows are over; gives how many. Index on expire. */
export async function deleteExpiredCounts(database: Database, nowMs: number, limit: number): Promise<number> {
  const { count } = await database.query({
    name: "delete_expired_counts",
    text: `delete from steward.rate_limits where ctid in (
        select ctid from steward.rate_limits where expire <= $1 limit $2 for update skip locked)`,
    values: [nowMs, limit],
  });
  return count;
}
