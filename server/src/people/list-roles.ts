import { type Role, ROLE_NAMES, ROLES } from "@steward/sdk";
import { organizationScope } from "../store/organizations.ts";
import { listCustomRoles } from "../store/roles-of-organizations.ts";
import { CUSTOM_ROLES_MAX } from "./create-role.ts";
import type { Page } from "./page.ts";
import type { PeopleParts } from "./people-parts.ts";
import { showCustomRole } from "./show-custom-role.ts";

/** The built-in roles, then the organization's own, all in one page. */
export async function listRoles(parts: Pick<PeopleParts, "database">, organization: string): Promise<Page<Role>> {
  const builtIn = ROLE_NAMES.map((name): Role => {
    const { is, permissions } = ROLES[name];
    return { id: name, name, builtIn: true, is, permissions: [...permissions] };
  });
  const custom = await listCustomRoles(parts.database, organizationScope(organization), CUSTOM_ROLES_MAX);
  return { items: [...builtIn, ...custom.map(showCustomRole)], next: null };
}
