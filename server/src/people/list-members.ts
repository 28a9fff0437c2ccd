import type { Member } from "@steward/sdk";
import { listMembers as listRows } from "../store/members.ts";
import { organizationScope } from "../store/organizations.ts";
import { cursorOf, pageOf, type Page, type PageQuery } from "./page.ts";
import type { PeopleParts } from "./people-parts.ts";
import { showMember } from "./show-member.ts";

/** Members and service accounts, who came first first; `search` is looked for in names and addresses, in whatever case. */
export async function listMembers(
  parts: Pick<PeopleParts, "database">,
  organization: string,
  query: PageQuery & { readonly search?: string | undefined },
): Promise<Page<Member>> {
  const { limit, search = null } = query;
  const page = { search, after: cursorOf("mem", query), limit: limit + 1 };
  const rows = await listRows(parts.database, organizationScope(organization), page);
  return pageOf(rows, limit, showMember, (item) => item.id);
}
