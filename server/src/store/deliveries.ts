import type { Database, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** A delivery by the keyed digest of its id; the first run to claim it keeps it (R8). */
export interface DeliveryRow {
  readonly trigger: string;
  readonly key: Buffer;
  /** Keyed digest of what was delivered, where a repetition must bring the same; else null. */
  readonly digest: Buffer | null;
  readonly run: string;
}

/** Gives the runs that are the first for their delivery. A concurrent claim of the same key waits for the other's commit. */
export async function claimDeliveries(
  tx: Transaction,
  project: string,
  deliveries: readonly DeliveryRow[],
  nowMs: number,
): Promise<ReadonlySet<string>> {
  const sorted = deliveries.toSorted((a, b) => Buffer.compare(a.key, b.key)); // one order for all, so that flushes can't deadlock
  const { rows } = await tx.query<{ run: string }>({
    name: "claim_deliveries",
    text: `insert into steward.deliveries (project, trigger, key, run, body_digest, received_at)
      select $1, trigger, key, run, digest, to_timestamp($6) from unnest($2::uuid[], $3::bytea[], $4::uuid[], $5::bytea[]) as d (trigger, key, run, digest)
      on conflict do nothing returning run`,
    values: [
      project,
      sorted.map((one) => one.trigger),
      sorted.map((one) => one.key),
      sorted.map((one) => one.run),
      sorted.map((one) => one.digest),
      nowMs / 1000,
    ],
  });
  return new Set(rows.map((row) => row.run));
}

/** The first run of a delivery, and the digest of what was delivered. */
export async function findDelivery(
  database: Database,
  scope: Scope,
  trigger: string,
  key: Buffer,
): Promise<{ readonly run: string; readonly digest: Buffer | null } | null> {
  const rows = await queryInScope<{ run: string; digest: Buffer | null }>(database, scope, {
    name: "find_delivery",
    text: `select run, body_digest as digest from steward.deliveries where project = $1 and trigger = $2 and key = $3`,
    values: [scope.project, trigger, key],
  });
  return rows[0] ?? null;
}
