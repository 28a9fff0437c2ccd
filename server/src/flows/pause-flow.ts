import type { FlowDetail } from "@steward/sdk";
import { lockFlow, setPaused } from "../store/flows.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { stopTriggers } from "./align-triggers.ts";
import type { FlowParts } from "./flow-parts.ts";
import { noSuchFlow } from "./flow-refusals.ts";
import { getFlow } from "./get-flow.ts";

/** Stops a flow's triggers; runs that have begun go on. A paused flow may be paused again. Throws `not_found`. */
export async function pauseFlow(parts: FlowParts, scope: Scope, slug: string): Promise<FlowDetail> {
  const flow = await inScope(parts.database, scope, async (tx) => {
    const row = await lockFlow(tx, scope.project, slug);
    if (row === null) throw noSuchFlow(slug);
    if (row.paused) return row.id;
    await tx.query(setPaused(scope.project, row.id, true, parts.clock.nowMs()));
    await stopTriggers(tx, scope.project, row.id);
    return row.id;
  });
  parts.changes.flow(flow);
  return await getFlow(parts, scope, slug);
}
