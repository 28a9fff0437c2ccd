import { AppError } from "../core/errors.ts";
import type { Transaction } from "../core/ports/database.ts";
import { projectsWithKeysOf, revokeApiKeysOf } from "../store/api-keys.ts";
import { revokeInvitationsBy } from "../store/invitations.ts";
import { countMembers, type MemberRow, setMemberRemoved } from "../store/members.ts";
import { type OrganizationRow, organizationScope } from "../store/organizations.ts";
import { deleteProjectRoles } from "../store/project-members.ts";
import { scopeStatement } from "../store/scope.ts";
import type { PeopleParts } from "./people-parts.ts";

/**
 * Ends a membership with all that hangs on it: keys, project roles, open invitations, and what `onMemberRemoved` ends.
 * In a transaction in the organization's scope that holds its row (`act`, `actAs`); gives how many keys ended, for the
 * audit. Throws `conflict` when nobody else is an owner, unless the
 * organization is deleted.
 */
export async function endMembership(
  parts: Pick<PeopleParts, "dispatch" | "people">,
  tx: Transaction,
  { id: organization, deletedAt }: Pick<OrganizationRow, "id" | "deletedAt">,
  member: Pick<MemberRow, "id" | "role" | "account">,
  nowMs: number,
): Promise<{ readonly keys: number }> {
  if (member.role === "owner" && deletedAt === null) requireAnotherOwner(await countMembers(tx, organization));
  await tx.query(setMemberRemoved(organization, member.id, nowMs));
  await tx.query(deleteProjectRoles(organization, member.id));
  await tx.query(revokeInvitationsBy(organization, member.id, nowMs));
  let keys = 0;
  // Who makes a key holds the organization's row: all there are, are committed. A key is seen in its project's scope only.
  for (const project of await projectsWithKeysOf(parts.dispatch, member.id)) {
    await tx.query(scopeStatement({ organization, project }));
    keys += (await tx.query(revokeApiKeysOf(project, member.id, nowMs))).count;
  }
  await tx.query(scopeStatement(organizationScope(organization)));
  await parts.people.onMemberRemoved(tx, { organization, member: member.id, account: member.account });
  return { keys };
}

/** Asked under the lock of the organization's row, so that two owners can't both go. */
export function requireAnotherOwner({ owners }: { readonly owners: number }): void {
  if (owners <= 1)
    throw new AppError("conflict", "This is the organization's last owner: make somebody else an owner first.");
}
