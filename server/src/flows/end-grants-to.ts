import { actOn, type AuditEntry } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { endLineCaps } from "../store/caps.ts";
import { endGrants } from "../store/grants.ts";
import type { FlowKind } from "../store/flows.ts";
import type { Scope } from "../store/scope.ts";

/**
 * Ends what was granted to a flow or agent that is gone: whoever makes one of its name has none of it. Gives what is to be audited.
 */
export async function endGrantsTo(
  tx: Transaction,
  { organization, project }: Scope,
  principal: `${FlowKind}:${string}`,
  atMs: number,
): Promise<readonly AuditEntry[]> {
  const ended = await endGrants(tx, project, { principal }, { by: "system", atMs });
  const shown = ended.map(({ id }) => showId("grt", id));
  if (shown.length === 0) return [];
  await tx.query(
    endLineCaps(
      organization,
      shown.map((id) => `grant:${id}`),
      atMs,
    ),
  );
  return shown.map((id) =>
    actOn(project, "system", "grant.revoked", id, { with: principal.startsWith("agent:") ? "agent" : "flow" }, atMs),
  );
}
