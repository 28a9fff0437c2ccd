import type { Member } from "@steward/sdk";
import { showId } from "../core/id.ts";
import type { NewMember } from "../store/members.ts";
import { isoTime } from "./iso-time.ts";
import { showRole } from "./role-ref.ts";

export function showMember(row: NewMember): Member {
  return {
    id: showId("mem", row.id),
    kind: row.kind ?? "person",
    account: typeof row.account === "string" ? showId("acc", row.account) : null,
    email: row.email,
    name: row.name,
    role: showRole({ role: row.role, customRole: row.customRole ?? null }),
    createdAt: isoTime(row.createdAt),
  };
}
