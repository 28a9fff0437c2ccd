import type { ProjectDatabase } from "@steward/sdk";
import type { TableCaller, TableParts } from "./table-parts.ts";

/** The project's own database, measured now; `none` until something needs one. */
export async function showDatabase({ databases }: TableParts, { scope }: TableCaller): Promise<ProjectDatabase> {
  const found = await databases.measure(scope);
  const { bytesMax } = databases;
  if (found === null) return { state: "none", bytes: 0, bytesMax, tables: 0, connections: 0, createdAt: null };
  const { state, bytes, tables, connections, createdAt } = found;
  return { state, bytes, bytesMax, tables, connections, createdAt: new Date(createdAt).toISOString() };
}
