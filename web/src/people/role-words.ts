/** Roles and permissions as a person reads and chooses them. Pure. */
import { ALL_PERMISSIONS, type Permission, type Role, type RoleName, ROLES } from "@steward/sdk";
import { say } from "../language.ts";
import { visible } from "../visible.ts";

type PartOf<P> = P extends `${infer Part}.${string}` ? Part : never;
export type PermissionPart = PartOf<Permission>;

function isRoleName(text: string): text is RoleName {
  return Object.hasOwn(ROLES, text);
}

/** What a role is called: the built-in ones in the page's words, custom ones by their name. */
export function roleWords(ref: string, roles: readonly Role[]): string {
  if (isRoleName(ref)) return say.people.roleNames[ref];
  const name = roles.find(({ id }) => id === ref)?.name;
  return name === undefined ? say.people.customRole : visible(name);
}

/** The permissions by what they are about: the parts and what is in them in the table's order. */
export function permissionParts(): readonly (readonly [PermissionPart, readonly Permission[]])[] {
  const parts = new Map<PermissionPart, Permission[]>();
  for (const permission of ALL_PERMISSIONS) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what stands before the point, as its type says
    const part = permission.slice(0, permission.indexOf(".")) as PermissionPart;
    parts.set(part, [...(parts.get(part) ?? []), permission]);
  }
  return [...parts];
}

/** What somebody with this role may do; nothing while the roles are not known. */
export function permissionsOfRole(ref: string, roles: readonly Role[]): ReadonlySet<Permission> {
  return new Set(roles.find(({ id }) => id === ref)?.permissions ?? []);
}

/** Whether nobody is given or changed beyond what `own` role may: owners by owners only, the rest by whoever has as much. */
export function reachesTo(own: string, ref: string, roles: readonly Role[]): boolean {
  if (own === "owner") return true;
  if (ref === "owner") return false;
  const mine = permissionsOfRole(own, roles);
  return [...permissionsOfRole(ref, roles)].every((permission) => mine.has(permission));
}

/** What is easily overlooked about a role with these permissions, else null. */
export function roleWarning(chosen: ReadonlySet<Permission>): string | null {
  if (!chosen.has("project.read")) return say.people.roles.shutOut;
  return chosen.has("organization.read") ? null : say.people.roles.blind;
}
