import type { FlowDetail } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { isUniqueViolation } from "../core/ports/database.ts";
import { appendActs } from "../store/append-acts.ts";
import { type FlowKind, lockDeletedFlow, lockFlow, setDeleted } from "../store/flows.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";
import { getFlow } from "./get-flow.ts";
import { requireKind } from "./of-kind.ts";
import { runTriggers } from "./resume-flow.ts";

/** PROMISES E6. */
const RECOVERABLE_MS = 30 * 86_400_000;

/**
 * Brings back the flow that last had this slug, with its webhooks' addresses; schedules go on from now,
 * and a paused flow stays paused. Throws `not_found`, and `conflict` when another flow has the slug now.
 */
export async function restoreFlow(
  parts: FlowParts,
  scope: Scope,
  slug: string,
  actor: string,
  kind: FlowKind = "flow",
): Promise<FlowDetail> {
  const { keys } = await parts.projects.get(scope);
  const nowMs = parts.clock.nowMs();
  try {
    const flow = await inScope(parts.database, scope, async (tx) => {
      const present = await lockFlow(tx, scope.project, slug);
      if (present) throw taken(slug, present.kind);
      const row = requireKind(await lockDeletedFlow(tx, scope.project, slug, nowMs - RECOVERABLE_MS), slug, kind);
      await tx.query(setDeleted(scope.project, row.id, null, nowMs));
      if (!row.paused) await runTriggers(tx, { scope, keys, ids: parts.ids, nowMs }, row);
      const act = actOn(
        scope.project,
        actor,
        `${kind}.restored`,
        `${kind}:${slug}`,
        { id: showId("flw", row.id) },
        nowMs,
      );
      await appendActs(tx, scope.organization, [act], nowMs);
      return row.id;
    });
    parts.changes.flow(flow);
  } catch (error) {
    throw isUniqueViolation(error, "flows_slug") ? taken(slug, kind) : error;
  }
  return await getFlow(parts, scope, slug, kind);
}

function taken(slug: string, kind: FlowKind): AppError {
  return new AppError(
    "conflict",
    `the name "${slug}" is a ${kind}'s now: delete that first to bring the deleted one back`,
    {
      [kind]: slug,
    },
  );
}
