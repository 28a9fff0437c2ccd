import type { Organization } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { organizationScope, updateOrganization } from "../store/organizations.ts";
import { listProjectIds } from "../store/projects.ts";
import { act } from "./act.ts";
import { checkRegion } from "./check-region.ts";
import { PROJECTS_MAX } from "./create-project.ts";
import { getOrganization } from "./get-organization.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";

export interface OrganizationChange {
  readonly name?: string | undefined;
  readonly secondFactorRequired?: boolean | undefined;
  readonly region?: string | null | undefined;
}

/**
 * Changes an organization's name or rules. `changer` says how the session that asks was begun, null for a key: whoever
 * demands a second factor has one, so that the rule can't lock out who sets it. A region is that
 * of all its projects without one of their own: workers elsewhere take up none of their runs from then on and give back
 * those they lead (`engine/leave-region.ts`). Throws `second_factor_required`, `value_invalid`.
 */
export async function changeOrganization(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
  change: OrganizationChange,
  changer: { readonly secondFactor: boolean } | null,
): Promise<Organization> {
  if (change.region !== undefined) checkRegion(parts, change.region);
  const asked = { route: "changeOrganization", needs: "organization.write" } as const;
  const moved = await act(parts, { organization, project: null }, actor, asked, async ({ tx, organization: row }) => {
    const next = {
      id: row.id,
      name: change.name ?? row.name,
      secondFactorRequired: change.secondFactorRequired ?? row.secondFactorRequired,
      region: change.region === undefined ? row.region : change.region,
    };
    if (next.secondFactorRequired && !row.secondFactorRequired && changer?.secondFactor === false)
      throw new AppError(
        "second_factor_required",
        "Sign in with a second factor before you demand it: this rule would lock you out.",
      );
    const changed = (["name", "secondFactorRequired", "region"] as const).filter((field) => next[field] !== row[field]);
    if (changed.length === 0) return { result: false, acts: [] };
    await tx.query(updateOrganization(next));
    const facts = {
      fields: changed.join(" "),
      ...(changed.includes("secondFactorRequired") ? { secondFactorRequired: next.secondFactorRequired } : {}),
    };
    return {
      result: changed.includes("region"),
      acts: [{ action: "organization.changed", target: showId("org", organization), facts }],
    };
  });
  if (moved) {
    const projects = await listProjectIds(parts.database, organizationScope(organization), PROJECTS_MAX);
    for (const project of projects) parts.changes.project(project);
  }
  return await getOrganization(parts, actor, organization);
}
