import { AppError } from "../core/errors.ts";
import { deleteCredential as deleteCredentialRow } from "../store/credentials.ts";
import type { Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";

/** Erases a credential with its secret; webhooks that verify with it refuse every delivery from then on. Throws `not_found`. */
export async function deleteCredential(parts: Pick<FlowParts, "database">, scope: Scope, slug: string): Promise<void> {
  if (await deleteCredentialRow(parts.database, scope, slug)) return;
  throw new AppError("not_found", `there is no credential "${slug}" in this project`, { credential: slug });
}
