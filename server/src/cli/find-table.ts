import type { Client, Table } from "@steward/sdk";
import { pickOne } from "./pick-one.ts";

/** A table of the project by name or id. */
export async function findTable(client: Client, named: string): Promise<Table> {
  const { items } = await client.listTables();
  const called = items.filter(({ id, name }) => id === named || name === named);
  return pickOne(called, "table", named, "steward table list", ({ rowsAbout }) => `about ${rowsAbout} rows`);
}
