import type { Database } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** Slugs of flows by their ids, of deleted ones too: runs outlive their flow. At most a page's worth of ids. */
export async function findFlowSlugs(
  database: Database,
  scope: Scope,
  flows: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await queryInScope<{ id: string; slug: string }>(database, scope, {
    name: "find_flow_slugs",
    text: "select id, slug from steward.flows where project = $1 and id = any($2::uuid[])",
    values: [scope.project, flows],
  });
  return new Map(rows.map((row) => [row.id, row.slug]));
}
