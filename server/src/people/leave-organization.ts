import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { findPresentMember } from "../store/members.ts";
import { act } from "./act.ts";
import { endMembership } from "./end-membership.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { noOrganization } from "./refusals.ts";

/** Ends the caller's own membership. Throws `conflict` for the last owner, and for a service account, which is removed instead. */
export async function leaveOrganization(parts: PeopleParts, actor: Actor, organization: string): Promise<void> {
  const asked = { route: "leaveOrganization", needs: "organization.read" } as const;
  await act(parts, { organization, project: null }, actor, asked, async ({ tx, nowMs, organization: row }) => {
    const member = await findPresentMember(tx, organization, actor.member);
    if (member === null) throw noOrganization();
    if (member.kind === "service")
      throw new AppError("conflict", "A service account does not leave: whoever manages members removes it.");
    const facts = await endMembership(parts, tx, row, member, nowMs);
    return { result: null, acts: [{ action: "member.left", target: showId("mem", member.id), facts }] };
  });
  await parts.people.afterMemberRemoved(organization);
}
