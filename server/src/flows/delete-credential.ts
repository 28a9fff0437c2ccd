import { actOn } from "../core/audit-entry.ts";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { appendActs } from "../store/append-acts.ts";
import { deleteCredential as deleteCredentialRow } from "../store/credentials.ts";
import { endLineCaps } from "../store/caps.ts";
import { endGrants } from "../store/grants.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";

/**
 * Erases a credential with its secret, and ends the grants on it: one that gets its name later has none of them. Webhooks
 * that verify with it refuse every delivery from then on. Throws `not_found`.
 */
export async function deleteCredential(
  parts: Pick<FlowParts, "database" | "clock">,
  scope: Scope,
  slug: string,
  actor: string,
): Promise<void> {
  await inScope(parts.database, scope, async (tx) => {
    if (!(await deleteCredentialRow(tx, scope, slug)))
      throw new AppError("not_found", `there is no credential "${slug}" in this project`, { credential: slug });
    const nowMs = parts.clock.nowMs();
    const ended = await endGrants(tx, scope.project, { credential: slug }, { by: actor, atMs: nowMs });
    const shown = ended.map((id) => showId("grt", id));
    await tx.query(
      endLineCaps(
        scope.organization,
        shown.map((id) => `grant:${id}`),
        nowMs,
      ),
    );
    const act = actOn(scope.project, actor, "credential.deleted", `credential:${slug}`, {}, nowMs);
    const revoked = shown.map((id) => actOn(scope.project, actor, "grant.revoked", id, { with: "credential" }, nowMs));
    await appendActs(tx, scope.organization, [act, ...revoked], nowMs);
  });
}
