import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import type { Account } from "../core/ports/identity.ts";
import { endInvitation, findInvitationByToken } from "../store/invitations.ts";
import { countMembers, findPerson, insertMember } from "../store/members.ts";
import { actAs, type Acting } from "./act.ts";
import { MEMBERS_MAX } from "./create-service-account.ts";
import { hashInvitationToken } from "./invitation-token.ts";
import { sameAddress } from "./same-address.ts";
import type { AccountActor, PeopleParts } from "./people-parts.ts";
import { readAccount } from "./read-account.ts";
import { noInvitation, readOffer } from "./read-offer.ts";
import { tooMany } from "./refusals.ts";
import { requireLivingAccount } from "./require-living-account.ts";

/**
 * Lets the caller into the organization, once, however many try at once; the invited address must be theirs, verified.
 * Throws `not_found`, the same for every token that does not let the caller in, and `conflict` for who is in already.
 */
export async function acceptInvitation(
  parts: PeopleParts,
  actor: AccountActor,
  token: string,
): Promise<{ readonly organization: string; readonly member: string }> {
  const account = await readAccount(parts, actor.account);
  const found = await findInvitationByToken(parts.dispatch, hashInvitationToken(token));
  if (found === null) throw noInvitation();
  const { organization } = found;
  try {
    return await actAs(parts, { organization, project: null }, actor.shownId, (acting) =>
      join(parts, acting, found.id, account),
    );
  } catch (error) {
    // Also for an organization that is deleted: whoever isn't in it learns nothing of it.
    if (error instanceof AppError && error.code === "not_found") throw noInvitation();
    throw error;
  }
}

async function join(
  parts: PeopleParts,
  { tx, nowMs, organization: { id: organization } }: Pick<Acting, "tx" | "nowMs" | "organization">,
  id: string,
  account: Account,
) {
  const { invitation } = await readOffer(tx, organization, id, nowMs);
  if (!account.emailVerified || !sameAddress(account.email, invitation.email)) throw noInvitation();
  const { email, name } = account;
  if ((await findPerson(tx, organization, { email, account: account.id })) !== null)
    throw new AppError("conflict", "You are a member of this organization already.");
  if ((await countMembers(tx, organization)).all >= MEMBERS_MAX) throw tooMany("members", MEMBERS_MAX);
  await requireLivingAccount(parts, tx, account.id);
  const member = parts.ids.uuid();
  const { role, customRole } = invitation;
  await tx.query(
    insertMember(organization, { id: member, email, name, role, customRole, account: account.id, createdAt: nowMs }),
  );
  await tx.query(endInvitation(organization, id, "accepted_at", nowMs));
  const target = showId("mem", member);
  const facts = { invitation: showId("inv", id), invitedBy: showId("mem", invitation.invitedBy) };
  return {
    result: { organization: showId("org", organization), member: target },
    acts: [{ action: "member.joined", target, facts }],
  };
}
