import { actOn } from "../core/audit-entry.ts";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import type { Stopped } from "@steward/sdk";
import type { Endings } from "../core/ports/endings.ts";
import { appendActs } from "../store/append-acts.ts";
import { deleteCredential as deleteCredentialRow } from "../store/credentials.ts";
import { endLineCaps } from "../store/caps.ts";
import { endGrants } from "../store/grants.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";

/**
 * Erases a credential with its secret, and ends the grants on it: one that gets its name later has none of them. Webhooks
 * that verify with it refuse every delivery from then on. Flows that use it are paused, their runs are cancelled, and what is
 * in flight is stopped everywhere before this settles. Throws `not_found`.
 */
export async function deleteCredential(
  parts: Pick<FlowParts, "database" | "clock" | "ids"> & { readonly endings: Endings },
  scope: Scope,
  slug: string,
  actor: string,
): Promise<Stopped> {
  const ending = parts.ids.uuid();
  await inScope(parts.database, scope, async (tx) => {
    const id = await deleteCredentialRow(tx, scope, slug);
    if (id === null)
      throw new AppError("not_found", `there is no credential "${slug}" in this project`, { credential: slug });
    const nowMs = parts.clock.nowMs();
    const grants = await endGrants(tx, scope.project, { credential: slug }, { by: actor, atMs: nowMs });
    const shown = grants.map((grant) => showId("grt", grant.id));
    await tx.query(
      endLineCaps(
        scope.organization,
        shown.map((grant) => `grant:${grant}`),
        nowMs,
      ),
    );
    const of = { kind: "credential", id, slug, grants } as const;
    const paused = await parts.endings.begin(tx, scope, { id: ending, of, by: actor, atMs: nowMs });
    const act = actOn(scope.project, actor, "credential.deleted", `credential:${slug}`, {}, nowMs);
    const revoked = shown.map((grant) =>
      actOn(scope.project, actor, "grant.revoked", grant, { with: "credential" }, nowMs),
    );
    await appendActs(tx, scope.organization, [...paused, act, ...revoked], nowMs);
  });
  return await parts.endings.finish(scope, ending);
}
