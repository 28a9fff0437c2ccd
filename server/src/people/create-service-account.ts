import type { Member, RoleRef } from "@steward/sdk";
import { showId } from "../core/id.ts";
import { countMembers, insertMember, type NewMember } from "../store/members.ts";
import { act } from "./act.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { invalidField, tooMany } from "./refusals.ts";
import { readRoleToGive } from "./role-ref.ts";
import { showMember } from "./show-member.ts";

export const MEMBERS_MAX = 10_000;

/** Makes a member that is no person: it signs in nowhere and acts by keys only. Throws `forbidden` for a role with more than the caller has. */
export async function createServiceAccount(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
  given: { readonly name: string; readonly role: RoleRef },
): Promise<Member> {
  const asked = { route: "createServiceAccount", needs: "member.write" } as const;
  return await act(parts, { organization, project: null }, actor, asked, async (acting) => {
    const { role, customRole } = await readRoleToGive(acting, given.role);
    if (role === "owner") throw invalidField("role", "a service account is no owner");
    if ((await countMembers(acting.tx, organization)).all >= MEMBERS_MAX) throw tooMany("members", MEMBERS_MAX);
    const id = parts.ids.uuid();
    const kind = "service" as const;
    const member: NewMember = { id, kind, email: null, name: given.name, role, customRole, createdAt: acting.nowMs };
    await acting.tx.query(insertMember(organization, member));
    const target = showId("mem", id);
    return {
      result: showMember(member),
      acts: [{ action: "service_account.created", target, facts: { role: given.role } }],
    };
  });
}
