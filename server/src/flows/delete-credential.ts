import { actOn } from "../core/audit-entry.ts";
import { AppError } from "../core/errors.ts";
import { appendActs } from "../store/append-acts.ts";
import { deleteCredential as deleteCredentialRow } from "../store/credentials.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";

/** Erases a credential with its secret; webhooks that verify with it refuse every delivery from then on. Throws `not_found`. */
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
    const act = actOn(scope.project, actor, "credential.deleted", `credential:${slug}`, {}, nowMs);
    await appendActs(tx, scope.organization, [act], nowMs);
  });
}
