import type { Project } from "@steward/sdk";
import { findPresentMember, readStandings } from "../store/members.ts";
import { organizationScope } from "../store/organizations.ts";
import { projectsOfMember } from "../store/projects.ts";
import { inScope } from "../store/scope.ts";
import { permissionsByStanding } from "./act.ts";
import { PROJECTS_MAX } from "./create-project.ts";
import { mayLookInto, roleIn } from "./enter-project.ts";
import { cursorOf, pageOf, type Page, type PageQuery } from "./page.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { showProject } from "./show-project.ts";

/**
 * The projects that the caller may enter, oldest first; a deleted one for those who may bring it back. `search` is looked
 * for in names and slugs, in whatever case.
 */
export async function listProjects(
  parts: Pick<PeopleParts, "database" | "dispatch">,
  actor: Actor,
  organization: string,
  query: PageQuery & { readonly search?: string | undefined },
): Promise<Page<Project>> {
  const searched = (query.search ?? "").toLowerCase();
  const page = { after: cursorOf("prj", query), limit: PROJECTS_MAX };
  const seen = await inScope(parts.database, organizationScope(organization), async (tx) => {
    const { rows } = await tx.query(projectsOfMember(organization, actor.member, page));
    const member = await findPresentMember(tx, organization, actor.member);
    const mayIn = await permissionsByStanding(parts, actor, await readStandings(tx, organization, actor.member));
    return rows
      .filter((row) => mayLookInto(row, mayIn(row.id)))
      .map((row) => showProject(row, roleIn(actor, member, row), mayIn(row.id)))
      .filter(({ name, slug }) => `${name}\n${slug}`.toLowerCase().includes(searched));
  });
  return pageOf(
    seen,
    query.limit,
    (project) => project,
    (project) => project.id,
  );
}
