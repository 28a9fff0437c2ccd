import type { Organization } from "@steward/sdk";
import { findPresentMember } from "../store/members.ts";
import { organizationScope, readOrganizations } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { noOrganization } from "./refusals.ts";
import { showRole } from "./role-ref.ts";
import { showOrganization } from "./show-organization.ts";

/** An organization, a deleted one too, with what the caller is and may in it. Throws `not_found`. */
export async function getOrganization(
  parts: Pick<PeopleParts, "database">,
  actor: Actor,
  organization: string,
): Promise<Organization> {
  const row = (await readOrganizations(parts.database, [organization])).get(organization);
  if (row === undefined) throw noOrganization();
  if (actor.kind === "support") return showOrganization(row, "support", actor.permissions);
  const member = await inScope(parts.database, organizationScope(organization), (tx) =>
    findPresentMember(tx, organization, actor.member),
  );
  if (member === null) throw noOrganization();
  return showOrganization(row, showRole(member), actor.permissions);
}
