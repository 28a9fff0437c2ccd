import { lockFlow, setDeleted } from "../store/flows.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { stopTriggers } from "./align-triggers.ts";
import type { FlowParts } from "./flow-parts.ts";
import { noSuchFlow } from "./flow-refusals.ts";

/** Deletes a flow; `restoreFlow` brings it back for 30 days. Its triggers start nothing any more. Throws `not_found`. */
export async function deleteFlow(parts: FlowParts, scope: Scope, slug: string): Promise<void> {
  const flow = await inScope(parts.database, scope, async (tx) => {
    const row = await lockFlow(tx, scope.project, slug);
    if (row === null) throw noSuchFlow(slug);
    const nowMs = parts.clock.nowMs();
    await tx.query(setDeleted(scope.project, row.id, nowMs, nowMs));
    await stopTriggers(tx, scope.project, row.id);
    return row.id;
  });
  parts.changes.flow(flow);
}
