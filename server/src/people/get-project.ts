import { type Project, PROJECT_NEEDS } from "@steward/sdk";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { enterProject } from "./enter-project.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";

/** A project with what the caller is and may in it; a deleted one for those who may bring it back. Throws `not_found`. */
export async function getProject(
  parts: Pick<PeopleParts, "database" | "dispatch">,
  actor: Actor,
  organization: string,
  project: string,
): Promise<Project> {
  const asked = { project, needs: PROJECT_NEEDS.getProject };
  const entered = await inScope(parts.database, organizationScope(organization), (tx) =>
    enterProject(parts, tx, actor, organization, asked),
  );
  return entered.shown;
}
