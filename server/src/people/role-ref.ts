import { ROLE_NAMES, type RoleRef } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { parseId, showId } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import type { Transaction } from "../core/ports/database.ts";
import { findRole } from "../store/roles-of-organizations.ts";
import type { Acting } from "./act.ts";
import { ofRole, type Permissions } from "./permissions-of.ts";
import { notThere, requireAll } from "./refusals.ts";

/** A role as rows have it. */
export interface StoredRole {
  readonly role: string;
  readonly customRole: string | null;
}

/** A role as the API names it: a built-in one by its name, a custom one by its id. */
export function showRole({ role, customRole }: StoredRole): RoleRef {
  if (role === "custom") return showId("rol", customRole ?? "");
  const known = ROLE_NAMES.find((name) => name === role);
  invariant(known !== undefined, `there is no role ${role}`);
  return known;
}

/** A role of this organization by its name or id, with what it gives. Throws `not_found`. */
export async function readRole(
  tx: Transaction,
  organization: string,
  ref: string,
): Promise<StoredRole & { readonly permissions: Permissions }> {
  if (ROLE_NAMES.some((name) => name === ref)) return { role: ref, customRole: null, permissions: ofRole(ref, null) };
  const id = parseId("rol", ref);
  const row = id === null ? null : await findRole(tx, organization, id);
  if (row === null) throw notThere("rol", ref);
  return { role: "custom", customRole: row.id, permissions: ofRole("custom", row.permissions) };
}

/** The same, once the actor may give it: only owners make owners, and nobody gives more than they have. */
export async function readRoleToGive(
  { tx, organization, own, isOwner }: Acting,
  ref: string,
): Promise<StoredRole & { readonly permissions: Permissions }> {
  const role = await readRole(tx, organization.id, ref);
  requireOwnerFor(role.role, isOwner);
  requireAll(own, role.permissions, "This role");
  return role;
}

export function requireOwnerFor(role: string, isOwner: boolean): void {
  if (role === "owner" && !isOwner) throw new AppError("forbidden", "Only owners make, change or remove owners.");
}
