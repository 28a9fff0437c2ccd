import { PERMISSIONS, type ProjectMember } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { findPresentMember } from "../store/members.ts";
import { upsertProjectMember } from "../store/project-members.ts";
import type { Acting } from "./act.ts";
import { actInProject } from "./act-in-project.ts";
import type { EnteredProject } from "./enter-project.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { idOf, noProject, notThere, requireAll } from "./refusals.ts";
import { readRole, requireOwnerFor, type StoredRole } from "./role-ref.ts";
import { showProjectMember } from "./show-project-member.ts";
import { permissionsInProject } from "./standing-of.ts";

/**
 * Gives a member another role in this project, `none` to keep them out; of it counts what is in a project only. Throws
 * `conflict` for an owner, who is one everywhere, `forbidden` when the member or the role has more than the caller.
 */
export async function setProjectMember(
  parts: PeopleParts,
  actor: Actor,
  place: { readonly organization: string; readonly project: string; readonly member: string },
  { role }: Pick<ProjectMember, "role">,
): Promise<ProjectMember> {
  const id = idOf("mem", place.member);
  return await actInProject(parts, place, actor, "setProjectMember", async (acting) => {
    await requireMayPlace(acting, place.member, id);
    const given = await readProjectRole(acting, role);
    const row = { project: acting.row.id, member: id, ...given, setAt: acting.nowMs };
    await acting.tx.query(upsertProjectMember(place.organization, row));
    return {
      result: showProjectMember(place.member, given, acting.nowMs),
      acts: [{ action: "project_member.set", target: place.member, facts: { role } }],
    };
  });
}

/** Whoever has more in the project than the actor is not theirs to place. */
export async function requireMayPlace(
  { tx, organization, own, row }: Acting & EnteredProject,
  shown: string,
  id: string,
): Promise<void> {
  if (row.deletedAt !== null) throw noProject();
  const member = await findPresentMember(tx, organization.id, id);
  if (member === null) throw notThere("mem", shown);
  if (member.role === "owner")
    throw new AppError("conflict", "An owner is one in every project: give them another role in the organization.");
  requireAll(own, await permissionsInProject(tx, organization.id, id, row.id), "What this member has");
}

async function readProjectRole(
  { tx, organization, own, isOwner }: Acting,
  ref: ProjectMember["role"],
): Promise<StoredRole> {
  if (ref === "none") return { role: "none", customRole: null };
  const { role, customRole, permissions } = await readRole(tx, organization.id, ref);
  requireOwnerFor(role, isOwner);
  const counting = [...permissions].filter((name) => PERMISSIONS[name].in === "project");
  requireAll(own, counting, "This role");
  return { role, customRole };
}
