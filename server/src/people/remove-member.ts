import { findPresentMember } from "../store/members.ts";
import { act } from "./act.ts";
import { requireMayChange } from "./change-member.ts";
import { endMembership } from "./end-membership.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { idOf, notThere } from "./refusals.ts";

/**
 * Removes a member or a service account; their keys and project roles end in the same transaction. Throws `conflict`
 * for the last owner, `forbidden` for one who has more than the caller, `not_found`.
 */
export async function removeMember(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
  shown: string,
): Promise<void> {
  const id = idOf("mem", shown);
  const asked = { route: "removeMember", needs: "member.write" } as const;
  await act(parts, { organization, project: null }, actor, asked, async (acting) => {
    const member = await findPresentMember(acting.tx, organization, id);
    if (member === null) throw notThere("mem", shown);
    await requireMayChange(acting, member);
    const facts = await endMembership(parts, acting.tx, acting.organization, member, acting.nowMs);
    return { result: null, acts: [{ action: "member.removed", target: shown, facts }] };
  });
  await parts.people.afterMemberRemoved(organization);
}
