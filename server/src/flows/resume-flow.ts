import type { FlowDetail } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { Transaction } from "../core/ports/database.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { appendActs } from "../store/append-acts.ts";
import { findFlowVersion } from "../store/flow-versions.ts";
import { type FlowKind, type FlowRow, setPaused } from "../store/flows.ts";
import { wakeQueued } from "../store/queue.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { alignTriggers } from "./align-triggers.ts";
import type { FlowParts } from "./flow-parts.ts";
import { getFlow } from "./get-flow.ts";
import { lockOfKind } from "./of-kind.ts";
import { openDefinition } from "./sealed-flow.ts";

const WOKEN_MAX = 10_000;

/**
 * Starts a paused flow's triggers again, and lets its queued runs begin. Schedules go on from now: what fell into the pause is not
 * caught up, whatever their `missed` says. Throws `not_found`.
 */
export async function resumeFlow(
  parts: FlowParts,
  scope: Scope,
  slug: string,
  actor: string,
  kind: FlowKind = "flow",
): Promise<FlowDetail> {
  const { keys } = await parts.projects.get(scope);
  const flow = await inScope(parts.database, scope, async (tx) => {
    const row = await lockOfKind(tx, scope.project, slug, kind);
    if (!row.paused) return row.id;
    const nowMs = parts.clock.nowMs();
    await tx.query(setPaused(scope.project, row.id, false, nowMs));
    await runTriggers(tx, { scope, keys, ids: parts.ids, nowMs }, row);
    const act = actOn(scope.project, actor, `${kind}.resumed`, `${kind}:${slug}`, { id: showId("flw", row.id) }, nowMs);
    await appendActs(tx, scope.organization, [act], nowMs);
    return row.id;
  });
  await wakeQueued(parts.database, scope, flow, WOKEN_MAX);
  parts.changes.flow(flow);
  return await getFlow(parts, scope, slug, kind);
}

/** Starts the triggers of a flow's published version, if it has one; in the transaction that holds the flow's lock. */
export async function runTriggers(
  tx: Transaction,
  around: { readonly scope: Scope; readonly keys: ProjectKeys; readonly ids: Ids; readonly nowMs: number },
  { id, version }: FlowRow,
): Promise<void> {
  if (version === null) return;
  const stored = await findFlowVersion(tx, around.scope.project, id, version);
  invariant(stored !== null, `version ${version} of flow ${id} is not there`);
  const { triggers } = openDefinition(around.keys, id, version, stored.definition);
  await alignTriggers(tx, around, { flow: id, version, triggers, running: true });
}
