import { AppError } from "../core/errors.ts";
import type { PeopleParts } from "./people-parts.ts";
import { findInvitationByToken } from "../store/invitations.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { hashInvitationToken } from "./invitation-token.ts";
import { readOffer } from "./read-offer.ts";
import { sameAddress } from "./same-address.ts";

/** Whether an invitation's token lets exactly this address sign up now. */
export async function mayJoin(
  { database, dispatch, clock }: Pick<PeopleParts, "database" | "dispatch" | "clock">,
  email: string,
  token: string,
): Promise<boolean> {
  const found = await findInvitationByToken(dispatch, hashInvitationToken(token));
  if (found === null) return false;
  const { organization, id } = found;
  try {
    const { invitation } = await inScope(database, organizationScope(organization), (tx) =>
      readOffer(tx, organization, id, clock.nowMs()),
    );
    return sameAddress(invitation.email, email);
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") return false;
    throw error;
  }
}
