/** What the installation itself connected to, by hour (PROMISES A10). Of the installation: no tenant's rows. */
import type { OutboundPurpose } from "../core/ports/outbound.ts";
import type { Database } from "../core/ports/database.ts";

/** Times are epoch milliseconds. */
export interface OutboundRow {
  /** The hour's begin. */
  readonly hour: number;
  readonly host: string;
  readonly port: number;
  readonly purpose: OutboundPurpose;
  readonly count: number;
  /** Both ways; null where nobody counted. */
  readonly bytes: number | null;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Adds to what is there of the same hour, host, port and purpose; other processes do so too. All or nothing. */
export async function addOutbound(database: Database, rows: readonly OutboundRow[]): Promise<void> {
  if (rows.length === 0) return;
  // One order for all, so that two processes can't deadlock.
  const sorted = rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  await database.query({
    name: "add_outbound",
    text: `insert into steward.outbound_connections as o (hour, host, port, purpose, count, bytes, first_at, last_at)
      select to_timestamp(hour), host, port, purpose, count, bytes, to_timestamp(first_at), to_timestamp(last_at)
      from unnest($1::float8[], $2::text[], $3::int[], $4::text[], $5::bigint[], $6::bigint[], $7::float8[], $8::float8[])
        as n (hour, host, port, purpose, count, bytes, first_at, last_at)
      on conflict (hour, host, port, purpose) do update set count = o.count + excluded.count,
        bytes = case when excluded.bytes is null then o.bytes else coalesce(o.bytes, 0) + excluded.bytes end,
        first_at = least(o.first_at, excluded.first_at), last_at = greatest(o.last_at, excluded.last_at)`,
    values: [
      sorted.map((row) => row.hour / 1000),
      sorted.map((row) => row.host),
      sorted.map((row) => row.port),
      sorted.map((row) => row.purpose),
      sorted.map((row) => row.count),
      sorted.map((row) => row.bytes),
      sorted.map((row) => row.firstAt / 1000),
      sorted.map((row) => row.lastAt / 1000),
    ],
  });
}

function keyOf({ hour, host, port, purpose }: OutboundRow): string {
  return `${hour} ${host} ${port} ${purpose}`;
}

/** Newest hours first; of the hours up to `untilMs` (null: all), after the first `skip`. */
export async function listOutbound(
  database: Database,
  page: { readonly untilMs: number | null; readonly skip: number; readonly limit: number },
): Promise<readonly OutboundRow[]> {
  const { rows } = await database.query<OutboundRow>({
    name: "list_outbound",
    text: `select hour, host, port, purpose, count, bytes, first_at as "firstAt", last_at as "lastAt"
      from steward.outbound_connections where $1::float8 is null or hour <= to_timestamp($1)
      order by hour desc, host, port, purpose offset $2 limit $3`,
    values: [page.untilMs === null ? null : page.untilMs / 1000, page.skip, page.limit],
  });
  return rows;
}

/** Forgets the hours before a moment, at most `limit` rows of them. */
export async function forgetOutbound(database: Database, beforeMs: number, limit: number): Promise<void> {
  await database.query({
    name: "forget_outbound",
    text: `delete from steward.outbound_connections where ctid in
      (select ctid from steward.outbound_connections where hour < to_timestamp($1) limit $2)`,
    values: [beforeMs / 1000, limit],
  });
}
