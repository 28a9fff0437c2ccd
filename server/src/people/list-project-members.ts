import { PROJECT_NEEDS, type ProjectMember } from "@steward/sdk";
import { showId } from "../core/id.ts";
import { organizationScope } from "../store/organizations.ts";
import { listProjectMembers as listRows } from "../store/project-members.ts";
import { inScope } from "../store/scope.ts";
import { enterProject } from "./enter-project.ts";
import { cursorOf, pageOf, type Page, type PageQuery } from "./page.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { showProjectMember } from "./show-project-member.ts";

/** Who has another role in this project than in the organization, by member. Throws `not_found`. */
export async function listProjectMembers(
  parts: Pick<PeopleParts, "database" | "dispatch">,
  actor: Actor,
  organization: string,
  project: string,
  query: PageQuery,
): Promise<Page<ProjectMember>> {
  const scope = organizationScope(organization);
  const asked = { project, needs: PROJECT_NEEDS.listProjectMembers };
  const { row } = await inScope(parts.database, scope, (tx) => enterProject(parts, tx, actor, organization, asked));
  const page = { after: cursorOf("mem", query), limit: query.limit + 1 };
  const rows = await listRows(parts.database, scope, row.id, page);
  return pageOf(
    rows,
    query.limit,
    (one) => showProjectMember(showId("mem", one.member), one, one.setAt),
    (item) => item.member,
  );
}
