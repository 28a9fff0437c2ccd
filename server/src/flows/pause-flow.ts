import type { FlowDetail } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import { appendActs } from "../store/append-acts.ts";
import { type FlowKind, setPaused } from "../store/flows.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { stopTriggers } from "./align-triggers.ts";
import type { FlowParts } from "./flow-parts.ts";
import { getFlow } from "./get-flow.ts";
import { lockOfKind } from "./of-kind.ts";

/**
 * Stops a flow's triggers; runs that have begun go on, those that wait for their turn (as of a flow step that calls it)
 * wait until it is resumed. A paused flow may be paused again. Throws `not_found`.
 */
export async function pauseFlow(
  parts: FlowParts,
  scope: Scope,
  slug: string,
  actor: string,
  kind: FlowKind = "flow",
): Promise<FlowDetail> {
  const flow = await inScope(parts.database, scope, async (tx) => {
    const row = await lockOfKind(tx, scope.project, slug, kind);
    if (row.paused) return row.id;
    const nowMs = parts.clock.nowMs();
    await tx.query(setPaused(scope.project, row.id, true, nowMs));
    await stopTriggers(tx, scope.project, row.id, nowMs);
    const act = actOn(scope.project, actor, `${kind}.paused`, `${kind}:${slug}`, { id: showId("flw", row.id) }, nowMs);
    await appendActs(tx, scope.organization, [act], nowMs);
    return row.id;
  });
  parts.changes.flow(flow);
  return await getFlow(parts, scope, slug, kind);
}
