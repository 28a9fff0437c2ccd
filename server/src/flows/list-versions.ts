import type { Version } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { listFlowVersions } from "../store/flow-versions.ts";
import type { FlowKind } from "../store/flows.ts";
import type { Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";
import { pageOf, type Page } from "./list-flows.ts";
import { findOfKind } from "./of-kind.ts";
import { showTime } from "./show-flow.ts";

/** A flow's published versions, newest first. Throws `not_found`, `invalid_request` for a cursor that is none. */
export async function listVersions(
  parts: Pick<FlowParts, "database">,
  scope: Scope,
  slug: string,
  query: { readonly cursor?: string | undefined; readonly limit: number },
  kind: FlowKind = "flow",
): Promise<Page<Version>> {
  const { cursor, limit } = query;
  if (cursor !== undefined && !/^\d{1,9}$/.test(cursor))
    throw new AppError("invalid_request", "the cursor is not one of this list");
  const flow = await findOfKind(parts.database, scope, slug, kind);
  const before = cursor === undefined ? null : Number(cursor);
  const rows = await listFlowVersions(parts.database, scope, flow.id, { before, limit: limit + 1 });
  return pageOf(
    rows,
    limit,
    (row) => ({ version: row.version, publishedAt: showTime(row.publishedAt) }),
    (row) => String(row.version),
  );
}
