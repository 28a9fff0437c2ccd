import { changeRole } from "../people/change-role.ts";
import { createRole } from "../people/create-role.ts";
import { deleteRole } from "../people/delete-role.ts";
import { listRoles } from "../people/list-roles.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Handlers } from "./route-call.ts";

type RoleRoutes = "listRoles" | "createRole" | "changeRole" | "deleteRole";

/** Roles, the built-in and the organization's own. */
export function roleHandlers(parts: HttpParts): Pick<Handlers, RoleRoutes> {
  return {
    listRoles: async ({ principal }) => ({ status: 200, body: await listRoles(parts, principal.organization) }),
    createRole: async ({ principal, body }) => ({
      status: 201,
      body: await createRole(parts, principal, principal.organization, body),
    }),
    changeRole: async ({ principal, params, body }) => ({
      status: 200,
      body: await changeRole(parts, principal, principal.organization, params.role, body),
    }),
    deleteRole: async ({ principal, params }) => {
      await deleteRole(parts, principal, principal.organization, params.role);
      return { status: 204, body: null };
    },
  };
}
