import { type Permission, type Role, ROLE_NAMES } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { countRoles, insertRole } from "../store/roles-of-organizations.ts";
import { act, type Acting } from "./act.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { requireAll, tooMany } from "./refusals.ts";
import { showCustomRole } from "./show-custom-role.ts";

export const CUSTOM_ROLES_MAX = 100;

/** Makes a custom role. Throws `conflict` for a name that is taken in whatever case, `forbidden` for permissions that the caller lacks. */
export async function createRole(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
  { name, permissions }: { readonly name: string; readonly permissions: readonly Permission[] },
): Promise<Role> {
  const asked = { route: "createRole", needs: "role.write" } as const;
  return await act(parts, { organization, project: null }, actor, asked, async (acting) => {
    requireAll(acting.own, permissions, "This role");
    const { all } = await requireFreeName(acting, name, null);
    if (all >= CUSTOM_ROLES_MAX) throw tooMany("custom roles", CUSTOM_ROLES_MAX);
    const role = { id: parts.ids.uuid(), name, permissions: [...new Set(permissions)], createdAt: acting.nowMs };
    await acting.tx.query(insertRole(organization, role));
    const facts = { permissions: role.permissions.join(" ") };
    return {
      result: showCustomRole(role),
      acts: [{ action: "role.created", target: showId("rol", role.id), facts }],
    };
  });
}

/** Asked under the lock of the organization's row, so that no two get one name. */
export async function requireFreeName(
  { tx, organization }: Pick<Acting, "tx" | "organization">,
  name: string,
  except: string | null,
): Promise<{ readonly all: number }> {
  const { all, taken } = await countRoles(tx, organization.id, name, except);
  if (taken || ROLE_NAMES.some((one) => one === name.toLowerCase()))
    throw new AppError("conflict", `There is a role ${name} already.`, { field: "name" });
  return { all };
}
