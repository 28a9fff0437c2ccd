import { isPermission, type Permission, PERMISSIONS, ROLES, type RoleName } from "@steward/sdk";
import type { AccessRow } from "../store/access.ts";

export type Permissions = ReadonlySet<Permission>;

/** What of a member's standing says what they may. */
export type Standing = Pick<AccessRow, "project" | "role" | "permissions" | "projectRole" | "projectPermissions">;

const NONE: Permissions = new Set();
const OF_ROLE = new Map<string, Permissions>(
  Object.entries(ROLES).map(([name, { permissions }]) => [name, new Set(permissions)]),
);

/**
 * What a member may do: by their role in the organization, and in the project by the role they have there, where they
 * have one. A project role counts for what is in a project only, so that nobody gains in the organization by it.
 */
export function permissionsOf(row: Standing): Permissions {
  const own = ofRole(row.role, row.permissions);
  if (row.project === null || row.projectRole === null) return own;
  const there = ofRole(row.projectRole, row.projectPermissions);
  return new Set([
    ...[...own].filter((name) => PERMISSIONS[name].in === "organization"),
    ...[...there].filter((name) => PERMISSIONS[name].in === "project"),
  ]);
}

/** What a key may do: what its member may, and of that what the key is limited to. */
export function permissionsOfKey(row: Standing, limited: readonly string[] | null): Permissions {
  const own = permissionsOf(row);
  return limited === null ? own : new Set(limited.filter(isPermission).filter((name) => own.has(name)));
}

/** What a role gives: a built-in one by its name, a custom one by its list. One that this program does not know, of a newer one beside it, gives nothing. */
export function ofRole(role: string, custom: readonly string[] | null): Permissions {
  if (role === "custom") return custom === null ? NONE : new Set(custom.filter(isPermission));
  return OF_ROLE.get(role) ?? NONE;
}

/** Whether whoever may `own` may hand out `wanted`: nobody gives more than they have. */
export function mayGrant(own: Permissions, wanted: Iterable<Permission>): boolean {
  return [...wanted].every((name) => own.has(name));
}

/** The permissions of a built-in role. */
export function permissionsOfRole(role: RoleName): Permissions {
  return OF_ROLE.get(role) ?? NONE;
}
