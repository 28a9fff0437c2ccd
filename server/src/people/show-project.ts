import { PERMISSIONS, type Project } from "@steward/sdk";
import { showId } from "../core/id.ts";
import type { ProjectRow } from "../store/projects.ts";
import { isoTime, isoTimeOrNull } from "./iso-time.ts";
import { recoverableUntil } from "./recoverable.ts";
import type { Permissions } from "./permissions-of.ts";

/** `role` and `permissions` are the caller's in it. */
export function showProject(row: ProjectRow, role: string, permissions: Permissions): Project {
  return {
    id: showId("prj", row.id),
    slug: row.slug,
    name: row.name,
    timeZone: row.timeZone,
    region: row.region,
    role,
    permissions: [...permissions].filter((name) => PERMISSIONS[name].in === "project"),
    createdAt: isoTime(row.createdAt),
    deletedAt: isoTimeOrNull(row.deletedAt),
    recoverableUntil: isoTimeOrNull(row.shreddedAt === null ? recoverableUntil(row.deletedAt) : null),
  };
}
