import type { Invitation } from "@steward/sdk";
import { listInvitations as listRows } from "../store/invitations.ts";
import { organizationScope } from "../store/organizations.ts";
import { cursorOf, pageOf, type Page, type PageQuery } from "./page.ts";
import type { PeopleParts } from "./people-parts.ts";
import { showInvitation } from "./show-invitation.ts";

/** Newest first, with what became of each. */
export async function listInvitations(
  parts: Pick<PeopleParts, "database" | "clock">,
  organization: string,
  query: PageQuery,
): Promise<Page<Invitation>> {
  const page = { before: cursorOf("inv", query), limit: query.limit + 1 };
  const rows = await listRows(parts.database, organizationScope(organization), page);
  const nowMs = parts.clock.nowMs();
  return pageOf(
    rows,
    query.limit,
    (row) => showInvitation(row, nowMs),
    (item) => item.id,
  );
}
