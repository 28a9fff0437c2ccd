import type { Invitation } from "@steward/sdk";
import { showId } from "../core/id.ts";
import type { InvitationRow } from "../store/invitations.ts";
import { isoTime } from "./iso-time.ts";
import { showRole } from "./role-ref.ts";

export function showInvitation(row: InvitationRow, nowMs: number): Invitation {
  return {
    id: showId("inv", row.id),
    email: row.email,
    role: showRole(row),
    invitedBy: showId("mem", row.invitedBy),
    createdAt: isoTime(row.createdAt),
    expiresAt: isoTime(row.expiresAt),
    state: invitationState(row, nowMs),
  };
}

export function invitationState(row: InvitationRow, nowMs: number): Invitation["state"] {
  if (row.acceptedAt !== null) return "accepted";
  if (row.revokedAt !== null) return "revoked";
  return row.expiresAt <= nowMs ? "expired" : "open";
}
