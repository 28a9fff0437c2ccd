import type { SignOnRoles, SignOnSettings } from "@steward/sdk";
import { showId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { findOrganization, organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { type GivenRoleRow, listGroupRoles, readDefaultRole, readEnforced, setRoles } from "../store/sign-on.ts";
import { noOrganization, invalidField } from "./refusals.ts";
import { readRoleToGive, showRole } from "./role-ref.ts";
import { actOnSignOn } from "./sign-on-act.ts";
import type { SignOnActor, SignOnParts } from "./sign-on-parts.ts";

/** Least privilege, until an organization says otherwise. */
const DEFAULT_ROLE: GivenRoleRow = { role: "viewer", customRole: null };

export async function getSignOn(
  { database, publicUrl }: Pick<SignOnParts, "database" | "publicUrl">,
  organization: string,
): Promise<SignOnSettings> {
  const scope = organizationScope(organization);
  if ((await findOrganization(database, scope)) === null) throw noOrganization();
  return await inScope(database, scope, async (tx) => ({
    enforced: await readEnforced(tx, organization),
    defaultRole: showRole((await readDefaultRole(tx, organization)) ?? DEFAULT_ROLE),
    groupRoles: (await listGroupRoles(tx, organization)).map(({ group, ...role }) => ({ group, role: showRole(role) })),
    scimUrl: `${publicUrl}/scim/v2`,
  }));
}

/** Sets the roles of who comes from then on. Throws `forbidden` for one with more than the caller has, `value_invalid` for an owner. */
export async function setSignOnRoles(
  parts: SignOnParts,
  actor: SignOnActor,
  organization: string,
  { defaultRole, groupRoles }: SignOnRoles,
): Promise<void> {
  if (new Set(groupRoles.map((one) => one.group)).size < groupRoles.length)
    throw invalidField("groupRoles", "a group is named twice");
  await actOnSignOn(parts, actor, organization, "setSignOnRoles", async (acting) => {
    const given = await readRoleToGive(acting, defaultRole);
    const groups = [];
    for (const { group, role } of groupRoles) groups.push({ group, ...(await readRoleToGive(acting, role)) });
    for (const statement of setRoles(organization, given, groups)) await acting.tx.query(statement);
    const facts = { defaultRole, groups: groups.length };
    return { result: null, acts: [{ action: "sign_on.roles_set", target: showId("org", organization), facts }] };
  });
}

/** The role of who is in these groups; `grouped` says whether one of them gave it. In the organization's scope. */
export async function roleForGroups(
  tx: Transaction,
  organization: string,
  groups: readonly string[],
): Promise<GivenRoleRow & { readonly grouped: boolean }> {
  const match = (await listGroupRoles(tx, organization)).find((one) => groups.includes(one.group));
  if (match) return { role: match.role, customRole: match.customRole, grouped: true };
  return { ...((await readDefaultRole(tx, organization)) ?? DEFAULT_ROLE), grouped: false };
}

/** Whether groups say who has which role at all. In the organization's scope. */
export async function hasGroupRoles(tx: Transaction, organization: string): Promise<boolean> {
  return (await listGroupRoles(tx, organization)).length > 0;
}
