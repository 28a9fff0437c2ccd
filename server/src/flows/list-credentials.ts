import type { Credential } from "@steward/sdk";
import { listCredentials as listCredentialRows } from "../store/credentials.ts";
import type { Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";
import { pageOf, type Page } from "./list-flows.ts";
import { showCredential } from "./show-credential.ts";

/** The project's credentials by slug, without their secrets. */
export async function listCredentials(
  parts: Pick<FlowParts, "database">,
  scope: Scope,
  query: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<Page<Credential>> {
  const { cursor = null, limit } = query;
  const rows = await listCredentialRows(parts.database, scope, { after: cursor, limit: limit + 1 });
  return pageOf(rows, limit, showCredential, (row) => row.slug);
}
