import { showId } from "../core/id.ts";
import { organizationScope } from "../store/organizations.ts";
import { projectsOfMember } from "../store/projects.ts";
import { queryInScope } from "../store/scope.ts";
import { act } from "./act.ts";
import { PROJECTS_MAX } from "./create-project.ts";
import { hasKeys } from "./has-keys.ts";
import { isoTime } from "./iso-time.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";

/**
 * New keys for the organization and each of its projects, while work goes on; gives how many projects have some. Cut
 * off anywhere it may be repeated. The audit has its beginning and its end.
 */
export async function rotateOrganizationKeys(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
): Promise<{ readonly projects: number; readonly rotatedAt: string }> {
  const asked = { route: "rotateOrganizationKeys", needs: "keyring.rotate" } as const;
  const place = { organization, project: null };
  const target = showId("org", organization);
  await act(parts, place, actor, asked, () =>
    Promise.resolve({ result: null, acts: [{ action: "keyring.rotation_begun", target }] }),
  );
  const { keyring } = parts.people;
  await keyring.rotateOrganization(organization);
  const page = { after: null, limit: PROJECTS_MAX };
  const all = projectsOfMember(organization, actor.member, page);
  let projects = 0;
  for (const { id } of await queryInScope(parts.database, organizationScope(organization), all)) {
    if (await hasKeys(parts, organization, id)) {
      await keyring.rotateProject({ organization, project: id });
      projects++;
    }
  }
  return await act(parts, place, actor, asked, ({ nowMs }) =>
    Promise.resolve({
      result: { projects, rotatedAt: isoTime(nowMs) },
      acts: [{ action: "keyring.rotated", target, facts: { projects } }],
    }),
  );
}
