import { PERMISSIONS } from "@steward/sdk";
import { deleteProjectMember } from "../store/project-members.ts";
import { actInProject } from "./act-in-project.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { idOf, requireAll } from "./refusals.ts";
import { requireMayPlace } from "./set-project-member.ts";
import { permissionsInOrganization } from "./standing-of.ts";

/** Lets the member's role in the organization count in this project again. Throws `forbidden` when either role has more than the caller. */
export async function unsetProjectMember(
  parts: PeopleParts,
  actor: Actor,
  place: { readonly organization: string; readonly project: string; readonly member: string },
): Promise<void> {
  const id = idOf("mem", place.member);
  await actInProject(parts, place, actor, "unsetProjectMember", async (acting) => {
    const { tx, own, row } = acting;
    await requireMayPlace(acting, place.member, id);
    const again = await permissionsInOrganization(tx, place.organization, id);
    const counting = [...again].filter((name) => PERMISSIONS[name].in === "project");
    requireAll(own, counting, "What this member has in the organization");
    const { count } = await tx.query(deleteProjectMember(place.organization, row.id, id));
    const acts = count === 0 ? [] : [{ action: "project_member.unset", target: place.member }];
    return { result: null, acts };
  });
}
