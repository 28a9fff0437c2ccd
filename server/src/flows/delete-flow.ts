import type { Stopped } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import type { Endings } from "../core/ports/endings.ts";
import { appendActs } from "../store/append-acts.ts";
import { type FlowKind, setDeleted } from "../store/flows.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { stopTriggers } from "./align-triggers.ts";
import type { FlowParts } from "./flow-parts.ts";
import { lockOfKind } from "./of-kind.ts";

/**
 * Deletes a flow; `restoreFlow` brings it back for 30 days. Its triggers start nothing any more, its runs are cancelled, and
 * what they had in flight is stopped everywhere before this settles. Throws `not_found`.
 */
export async function deleteFlow(
  parts: Pick<FlowParts, "database" | "clock" | "ids"> & { readonly endings: Endings },
  scope: Scope,
  slug: string,
  actor: string,
  kind: FlowKind = "flow",
): Promise<Stopped> {
  const ending = parts.ids.uuid();
  await inScope(parts.database, scope, async (tx) => {
    const row = await lockOfKind(tx, scope.project, slug, kind);
    const nowMs = parts.clock.nowMs();
    await tx.query(setDeleted(scope.project, row.id, nowMs, nowMs));
    await stopTriggers(tx, scope.project, row.id, nowMs);
    const of = { kind: "flow", id: row.id, slug } as const;
    await parts.endings.begin(tx, scope, { id: ending, of, by: actor, atMs: nowMs });
    const act = actOn(scope.project, actor, `${kind}.deleted`, `${kind}:${slug}`, { id: showId("flw", row.id) }, nowMs);
    await appendActs(tx, scope.organization, [act], nowMs);
  });
  return await parts.endings.finish(scope, ending);
}
