import { isPermission, type Permission, type Role } from "@steward/sdk";
import { findRole, updateRole } from "../store/roles-of-organizations.ts";
import { act } from "./act.ts";
import { requireFreeName } from "./create-role.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { idOf, notThere, requireAll } from "./refusals.ts";
import { showCustomRole } from "./show-custom-role.ts";

export interface RoleChange {
  readonly name?: string | undefined;
  readonly permissions?: readonly Permission[] | undefined;
}

/** Changes a custom role, which counts with the next request of whoever has it. Throws `conflict`, `forbidden`, `not_found` as making one does. */
export async function changeRole(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
  shown: string,
  change: RoleChange,
): Promise<Role> {
  const id = idOf("rol", shown);
  const asked = { route: "changeRole", needs: "role.write" } as const;
  return await act(parts, { organization, project: null }, actor, asked, async (acting) => {
    const row = await findRole(acting.tx, organization, id);
    if (row === null) throw notThere("rol", shown);
    requireAll(acting.own, row.permissions.filter(isPermission), "What this role has");
    const next = {
      id,
      name: change.name ?? row.name,
      permissions: change.permissions === undefined ? row.permissions : [...new Set(change.permissions)],
    };
    requireAll(acting.own, next.permissions.filter(isPermission), "This role");
    await requireFreeName(acting, next.name, id);
    await acting.tx.query(updateRole(organization, next));
    const facts = { before: row.permissions.join(" "), permissions: next.permissions.join(" ") };
    return { result: showCustomRole(next), acts: [{ action: "role.changed", target: shown, facts }] };
  });
}
