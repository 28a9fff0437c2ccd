import { acceptInvitation } from "../people/accept-invitation.ts";
import { createInvitation } from "../people/create-invitation.ts";
import { listInvitations } from "../people/list-invitations.ts";
import { lookAtInvitation } from "../people/look-at-invitation.ts";
import { revokeInvitation } from "../people/revoke-invitation.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Handlers } from "./route-call.ts";

type InvitationRoutes =
  | "listInvitations"
  | "createInvitation"
  | "revokeInvitation"
  | "lookAtInvitation"
  | "acceptInvitation";

export function invitationHandlers(parts: HttpParts): Pick<Handlers, InvitationRoutes> {
  return {
    listInvitations: async ({ principal, query }) => ({
      status: 200,
      body: await listInvitations(parts, principal.organization, query),
    }),
    createInvitation: async ({ principal, body }) => ({
      status: 201,
      body: await createInvitation(parts, principal, principal.organization, body),
    }),
    revokeInvitation: async ({ principal, params }) => {
      await revokeInvitation(parts, principal, principal.organization, params.invitation);
      return { status: 204, body: null };
    },
    lookAtInvitation: async ({ body }) => ({ status: 200, body: await lookAtInvitation(parts, body.token) }),
    acceptInvitation: async ({ principal, body }) => ({
      status: 200,
      body: await acceptInvitation(parts, principal, body.token),
    }),
  };
}
