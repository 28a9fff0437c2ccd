import { PERMISSIONS, type Organization } from "@steward/sdk";
import { showId } from "../core/id.ts";
import type { OrganizationRow } from "../store/organizations.ts";
import { isoTime, isoTimeOrNull } from "./iso-time.ts";
import { recoverableUntil } from "./recoverable.ts";
import type { Permissions } from "./permissions-of.ts";

/** `role` and `permissions` are the caller's. */
export function showOrganization(row: OrganizationRow, role: string, permissions: Permissions): Organization {
  return {
    id: showId("org", row.id),
    name: row.name,
    secondFactorRequired: row.secondFactorRequired,
    signOnEnforced: row.signOnEnforced,
    region: row.region,
    role,
    permissions: [...permissions].filter((name) => PERMISSIONS[name].in === "organization"),
    createdAt: isoTime(row.createdAt),
    deletedAt: isoTimeOrNull(row.deletedAt),
    recoverableUntil: isoTimeOrNull(recoverableUntil(row.deletedAt)),
  };
}
