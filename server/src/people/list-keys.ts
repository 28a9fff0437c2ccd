import type { ApiKey } from "@steward/sdk";
import { listApiKeys } from "../store/api-keys.ts";
import type { Scope } from "../store/scope.ts";
import { cursorOf, pageOf, type Page, type PageQuery } from "./page.ts";
import type { PeopleParts } from "./people-parts.ts";
import { showKey } from "./show-key.ts";

/** The project's keys, newest first, those that ended too; never their text. */
export async function listKeys(
  parts: Pick<PeopleParts, "database">,
  scope: Scope,
  query: PageQuery,
): Promise<Page<ApiKey>> {
  const page = { before: cursorOf("key", query), limit: query.limit + 1 };
  const rows = await listApiKeys(parts.database, scope, page);
  return pageOf(rows, query.limit, showKey, (item) => item.id);
}
