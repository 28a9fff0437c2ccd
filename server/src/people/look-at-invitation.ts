import type { InvitationOffer } from "@steward/sdk";
import type { z } from "zod";
import { showId } from "../core/id.ts";
import { findInvitationByToken } from "../store/invitations.ts";
import { organizationScope, readOrganizations } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { hashInvitationToken } from "./invitation-token.ts";
import { isoTime } from "./iso-time.ts";
import type { PeopleParts } from "./people-parts.ts";
import { noInvitation, readOffer } from "./read-offer.ts";

/** What an invitation offers, for whoever holds its token. Throws `not_found`, the same for every token that lets nobody in. */
export async function lookAtInvitation(
  parts: Pick<PeopleParts, "database" | "dispatch" | "clock">,
  token: string,
): Promise<z.output<typeof InvitationOffer>> {
  const found = await findInvitationByToken(parts.dispatch, hashInvitationToken(token));
  if (found === null) throw noInvitation();
  const { organization: id } = found;
  const organization = (await readOrganizations(parts.database, [id])).get(id);
  if (organization === undefined || organization.deletedAt !== null) throw noInvitation();
  const nowMs = parts.clock.nowMs();
  const { invitation, roleName } = await inScope(parts.database, organizationScope(id), (tx) =>
    readOffer(tx, id, found.id, nowMs),
  );
  return {
    organization: { id: showId("org", id), name: organization.name },
    email: invitation.email,
    role: roleName,
    expiresAt: isoTime(invitation.expiresAt),
  };
}
