import { AppError } from "../core/errors.ts";
import type { Transaction } from "../core/ports/database.ts";
import { findInvitation, type InvitationRow } from "../store/invitations.ts";
import { findPresentMember } from "../store/members.ts";
import { mayGrant, ofRole } from "./permissions-of.ts";
import { permissionsInOrganization } from "./standing-of.ts";
import { findRole } from "../store/roles-of-organizations.ts";
import { invitationState } from "./show-invitation.ts";

/**
 * An invitation that lets somebody in at this moment: open, and worth what its inviter could still give, so that nothing
 * is left behind by whoever lost their rights. In the organization's scope. Throws `not_found`, as for every other token.
 */
export async function readOffer(
  tx: Transaction,
  organization: string,
  id: string,
  nowMs: number,
): Promise<{ readonly invitation: InvitationRow; readonly roleName: string }> {
  const invitation = await findInvitation(tx, organization, id);
  if (invitation === null || invitationState(invitation, nowMs) !== "open") throw noInvitation();
  const { role, customRole, invitedBy } = invitation;
  const custom = customRole === null ? null : await findRole(tx, organization, customRole);
  const inviter = await findPresentMember(tx, organization, invitedBy);
  const own = await permissionsInOrganization(tx, organization, invitedBy);
  const stillMay =
    inviter !== null &&
    own.has("member.write") &&
    mayGrant(own, ofRole(role, custom?.permissions ?? null)) &&
    (role !== "owner" || inviter.role === "owner");
  if (!stillMay) throw noInvitation();
  return { invitation, roleName: custom?.name ?? role };
}

/** The same for a token that is unknown, used, expired, taken back or another address's: nobody learns which. */
export function noInvitation(): AppError {
  return new AppError("not_found", "This invitation is not known, was used, or is over: ask for a new one.");
}
