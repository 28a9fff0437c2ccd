import type { Member, RoleRef } from "@steward/sdk";
import { countMembers, findPresentMember, setMemberRole } from "../store/members.ts";
import { deleteProjectRoles } from "../store/project-members.ts";
import { act, type Acting } from "./act.ts";
import { requireAnotherOwner } from "./end-membership.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { idOf, invalidField, notThere, requireAll } from "./refusals.ts";
import { readRoleToGive, requireOwnerFor, showRole } from "./role-ref.ts";
import { showMember } from "./show-member.ts";
import { everythingOf } from "./standing-of.ts";

/**
 * Gives a member another role, which counts with their next request. Whoever becomes an owner has no other role in
 * projects any more. Throws `conflict` when nobody else would be an owner, `forbidden` when the member or the role has
 * more than the caller, `not_found`.
 */
export async function changeMember(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
  shown: string,
  change: { readonly role: RoleRef },
): Promise<Member> {
  const id = idOf("mem", shown);
  const asked = { route: "changeMember", needs: "member.write" } as const;
  return await act(parts, { organization, project: null }, actor, asked, async (acting) => {
    const { tx } = acting;
    const member = await findPresentMember(tx, organization, id);
    if (member === null) throw notThere("mem", shown);
    await requireMayChange(acting, member);
    const from = showRole(member);
    if (from === change.role) return { result: showMember(member), acts: [] };
    const to = await readRoleToGive(acting, change.role);
    if (to.role === "owner" && member.kind === "service") throw invalidField("role", "a service account is no owner");
    if (member.role === "owner") requireAnotherOwner(await countMembers(tx, organization));
    await tx.query(setMemberRole(organization, id, to));
    if (to.role === "owner") await tx.query(deleteProjectRoles(organization, id));
    const facts = { from, to: change.role };
    return {
      result: showMember({ ...member, ...to }),
      acts: [{ action: "member.changed", target: shown, facts }],
    };
  });
}

/** Whoever has more than the actor anywhere in the organization is not theirs to change; owners are owners' only. */
export async function requireMayChange(
  { tx, organization, own, isOwner }: Acting,
  member: { readonly id: string; readonly role: string },
): Promise<void> {
  requireOwnerFor(member.role, isOwner);
  requireAll(own, await everythingOf(tx, organization.id, member.id), "What this member has");
}
