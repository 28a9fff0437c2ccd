import { isPermission, type Role } from "@steward/sdk";
import { showId } from "../core/id.ts";
import type { CustomRoleRow } from "../store/roles-of-organizations.ts";

export function showCustomRole({ id, name, permissions }: Omit<CustomRoleRow, "createdAt">): Role {
  return { id: showId("rol", id), name, builtIn: false, is: null, permissions: permissions.filter(isPermission) };
}
