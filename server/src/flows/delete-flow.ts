import type { Stopped } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import type { Endings } from "../core/ports/endings.ts";
import { appendActs } from "../store/append-acts.ts";
import { lockFlow, setDeleted } from "../store/flows.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { stopTriggers } from "./align-triggers.ts";
import type { FlowParts } from "./flow-parts.ts";
import { noSuchFlow } from "./flow-refusals.ts";

/**
 * Deletes a flow; `restoreFlow` brings it back for 30 days. Its triggers start nothing any more, its runs are cancelled, and
 * what they had in flight is stopped everywhere before this settles. Throws `not_found`.
 */
export async function deleteFlow(
  parts: Pick<FlowParts, "database" | "clock" | "ids"> & { readonly endings: Endings },
  scope: Scope,
  slug: string,
  actor: string,
): Promise<Stopped> {
  const ending = parts.ids.uuid();
  await inScope(parts.database, scope, async (tx) => {
    const row = await lockFlow(tx, scope.project, slug);
    if (row === null) throw noSuchFlow(slug);
    const nowMs = parts.clock.nowMs();
    await tx.query(setDeleted(scope.project, row.id, nowMs, nowMs));
    await stopTriggers(tx, scope.project, row.id, nowMs);
    const of = { kind: "flow", id: row.id, slug } as const;
    await parts.endings.begin(tx, scope, { id: ending, of, by: actor, atMs: nowMs });
    const act = actOn(scope.project, actor, "flow.deleted", `flow:${slug}`, { id: showId("flw", row.id) }, nowMs);
    await appendActs(tx, scope.organization, [act], nowMs);
  });
  return await parts.endings.finish(scope, ending);
}
