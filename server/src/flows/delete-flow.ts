import { actOn } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import { appendActs } from "../store/append-acts.ts";
import { lockFlow, setDeleted } from "../store/flows.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { stopTriggers } from "./align-triggers.ts";
import type { FlowParts } from "./flow-parts.ts";
import { noSuchFlow } from "./flow-refusals.ts";

/** Deletes a flow; `restoreFlow` brings it back for 30 days. Its triggers start nothing any more. Throws `not_found`. */
export async function deleteFlow(parts: FlowParts, scope: Scope, slug: string, actor: string): Promise<void> {
  const flow = await inScope(parts.database, scope, async (tx) => {
    const row = await lockFlow(tx, scope.project, slug);
    if (row === null) throw noSuchFlow(slug);
    const nowMs = parts.clock.nowMs();
    await tx.query(setDeleted(scope.project, row.id, nowMs, nowMs));
    await stopTriggers(tx, scope.project, row.id);
    const act = actOn(scope.project, actor, "flow.deleted", `flow:${slug}`, { id: showId("flw", row.id) }, nowMs);
    await appendActs(tx, scope.organization, [act], nowMs);
    return row.id;
  });
  parts.changes.flow(flow);
}
