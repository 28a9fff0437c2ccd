import { showId } from "../core/id.ts";
import { organizationScope, setOrganizationDeleted } from "../store/organizations.ts";
import { projectsOfMember } from "../store/projects.ts";
import { queryInScope } from "../store/scope.ts";
import { act } from "./act.ts";
import { PROJECTS_MAX } from "./create-project.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { stopProject } from "./stop-project.ts";

/**
 * Deletes an organization: from the next request on it does not exist for anybody but those who may bring it back, for
 * 30 days, and nothing of it runs. Repeated, it stops what the first time could not.
 */
export async function deleteOrganization(parts: PeopleParts, actor: Actor, organization: string): Promise<void> {
  const asked = { route: "deleteOrganization", needs: "organization.delete" } as const;
  const place = { organization, project: null, evenDeleted: true };
  await act(parts, place, actor, asked, async ({ tx, nowMs, organization: row }) => {
    if (row.deletedAt !== null) return { result: null, acts: [] };
    await tx.query(setOrganizationDeleted(organization, nowMs));
    return { result: null, acts: [{ action: "organization.deleted", target: showId("org", organization) }] };
  });
  const page = { after: null, limit: PROJECTS_MAX };
  const projects = await queryInScope(
    parts.database,
    organizationScope(organization),
    projectsOfMember(organization, actor.member, page),
  );
  for (const { id } of projects) await stopProject(parts, { organization, project: id });
}
