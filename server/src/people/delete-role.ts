import { isPermission } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { deleteRole as deleteRows, findRole, isRoleUsed } from "../store/roles-of-organizations.ts";
import { act } from "./act.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { idOf, notThere, requireAll } from "./refusals.ts";

/** Deletes a custom role. Throws `conflict` while a member, a project role or an open invitation has it. */
export async function deleteRole(parts: PeopleParts, actor: Actor, organization: string, shown: string): Promise<void> {
  const id = idOf("rol", shown);
  const asked = { route: "deleteRole", needs: "role.write" } as const;
  await act(parts, { organization, project: null }, actor, asked, async ({ tx, own, nowMs }) => {
    const row = await findRole(tx, organization, id);
    if (row === null) throw notThere("rol", shown);
    requireAll(own, row.permissions.filter(isPermission), "What this role has");
    if (await isRoleUsed(tx, organization, id, nowMs))
      throw new AppError("conflict", `The role ${shown} is in use: give those who have it another one first.`);
    for (const statement of deleteRows(organization, id)) await tx.query(statement);
    return { result: null, acts: [{ action: "role.deleted", target: shown }] };
  });
}
