import type { ProjectMember } from "@steward/sdk";
import { isoTime } from "./iso-time.ts";
import { showRole, type StoredRole } from "./role-ref.ts";

export function showProjectMember(member: string, role: StoredRole, setAt: number): ProjectMember {
  return { member, role: role.role === "none" ? "none" : showRole(role), setAt: isoTime(setAt) };
}
