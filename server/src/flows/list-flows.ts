import type { Flow } from "@steward/sdk";
import { type FlowKind, listFlows as listFlowRows } from "../store/flows.ts";
import type { Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";
import { showFlow } from "./show-flow.ts";

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; null on the last. */
  readonly next: string | null;
}

export interface FlowQuery {
  readonly search?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** The project's flows, or agents, by slug; `search` is looked for in slugs and names, in whatever case. */
export async function listFlows(
  parts: Pick<FlowParts, "database">,
  scope: Scope,
  query: FlowQuery,
  kind: FlowKind = "flow",
): Promise<Page<Flow>> {
  const { search = null, cursor = null, limit } = query;
  const rows = await listFlowRows(parts.database, scope, { kind, search, after: cursor, limit: limit + 1 });
  return pageOf(rows, limit, showFlow, (row) => row.slug);
}

/** A page from rows of which one more than `limit` was read. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  show: (row: Row) => Item,
  cursor: (row: Row) => string,
): Page<Item> {
  const shown = rows.slice(0, limit);
  return { items: shown.map(show), next: rows.length > limit ? cursor(shown.at(-1)!) : null };
}
