import type { Project } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { organizationScope, readOrganizations } from "../store/organizations.ts";
import { countProjects, insertProject, isSlugTaken } from "../store/projects.ts";
import { inScope } from "../store/scope.ts";
import { act } from "./act.ts";
import { checkRegion } from "./check-region.ts";
import { checkTimeZone } from "./check-time-zone.ts";
import { getProject } from "./get-project.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { noOrganization, tooMany } from "./refusals.ts";

/** Deleted ones count until their keys are gone with them. */
export const PROJECTS_MAX = 1000;

export interface ProjectRequest {
  readonly slug: string;
  readonly name: string;
  readonly timeZone: string;
  /** Null: the organization's. */
  readonly region: string | null;
}

/** Makes a project with keys of its own. Throws `conflict` for a slug that is taken, `value_invalid` for a time zone or region that isn't one. */
export async function createProject(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
  given: ProjectRequest,
): Promise<Project> {
  checkTimeZone(given.timeZone);
  checkRegion(parts, given.region);
  const found = (await readOrganizations(parts.database, [organization])).get(organization);
  if (found === undefined) throw noOrganization();
  await inScope(parts.database, organizationScope(organization), (tx) => requireRoom(tx, organization, given.slug));
  const id = parts.ids.uuid();
  // Keys come first: a row that nothing could be sealed for would be worse than a key that nothing uses.
  await parts.people.keyring.createProject(organization, id);
  const asked = { route: "createProject", needs: "project.create" } as const;
  const target = showId("prj", id);
  await act(parts, { organization, project: null }, actor, asked, async ({ tx, nowMs }) => {
    await requireRoom(tx, organization, given.slug);
    await tx.query(insertProject(organization, { ...given, id, createdAt: nowMs }));
    return { result: null, acts: [{ action: "project.created", target, project: id }] };
  });
  return await getProject(parts, actor, organization, target);
}

/** Asked once before keys are made, so that refused calls leave none behind, and again under the lock. */
async function requireRoom(tx: Transaction, organization: string, slug: string): Promise<void> {
  if (await isSlugTaken(tx, organization, slug))
    throw new AppError("conflict", `There is a project ${slug} already, or one that was deleted and can come back.`, {
      field: "slug",
    });
  if ((await countProjects(tx, organization)) >= PROJECTS_MAX) throw tooMany("projects", PROJECTS_MAX);
}
