import type { SupportConsent } from "@steward/sdk";
import { organizationScope } from "../store/organizations.ts";
import { listSupportConsents as listRows } from "../store/support-consents.ts";
import { cursorOf, pageOf, type Page, type PageQuery } from "./page.ts";
import type { PeopleParts } from "./people-parts.ts";
import { showConsent } from "./show-consent.ts";

/** When the operator's staff may or might look inside, newest first. */
export async function listSupportConsents(
  parts: Pick<PeopleParts, "database">,
  organization: string,
  query: PageQuery,
): Promise<Page<SupportConsent>> {
  const page = { before: cursorOf("sup", query), limit: query.limit + 1 };
  const rows = await listRows(parts.database, organizationScope(organization), page);
  return pageOf(rows, query.limit, showConsent, (item) => item.id);
}
