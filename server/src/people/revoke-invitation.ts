import { AppError } from "../core/errors.ts";
import { endInvitation, findInvitation } from "../store/invitations.ts";
import { act } from "./act.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { idOf, notThere } from "./refusals.ts";
import { readRoleToGive, showRole } from "./role-ref.ts";
import { invitationState } from "./show-invitation.ts";

/** Takes an invitation back; one that is over stays as it is. Throws `conflict` for an accepted one, `forbidden` for one that gives more than the caller has. */
export async function revokeInvitation(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
  shown: string,
): Promise<void> {
  const id = idOf("inv", shown);
  const asked = { route: "revokeInvitation", needs: "member.write" } as const;
  await act(parts, { organization, project: null }, actor, asked, async (acting) => {
    const row = await findInvitation(acting.tx, organization, id);
    if (row === null) throw notThere("inv", shown);
    const state = invitationState(row, acting.nowMs);
    if (state === "accepted")
      throw new AppError("conflict", "This invitation was accepted: remove the member instead.");
    if (state !== "open") return { result: null, acts: [] };
    await readRoleToGive(acting, showRole(row));
    await acting.tx.query(endInvitation(organization, id, "revoked_at", acting.nowMs));
    return { result: null, acts: [{ action: "invitation.revoked", target: shown }] };
  });
}
