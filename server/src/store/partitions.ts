import type { Database } from "../core/ports/database.ts";

/** Makes the partitions of a moment's week, where they are missing. */
export async function makeWeekPartition(database: Database, atMs: number): Promise<void> {
  await database.query({ text: "select steward.week_partition(to_timestamp($1))", values: [atMs / 1000] });
}
