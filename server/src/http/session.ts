import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import { findOrganization } from "../store/organizations.ts";
import { findProject } from "../store/projects.ts";
import type { EntryLinks } from "./entry-links.ts";
import type { HttpParts } from "./http-parts.ts";
import { isoTime } from "./present-run.ts";
import type { Handlers } from "./route-call.ts";

/** Who calls, and the browser's way in and out. */
export function sessionHandlers(parts: HttpParts, links: EntryLinks): Pick<Handlers, "me" | "createLink" | "signOut"> {
  return {
    me: async ({ principal: { scope, shownId, member, permissions } }) => {
      const [organization, project] = await Promise.all([
        findOrganization(parts.database, scope),
        findProject(parts.database, scope),
      ]);
      invariant(organization && project, "who calls is in a project that is there");
      const { id, slug, name } = project;
      return {
        status: 200,
        body: {
          organization: organization.name,
          organizationId: showId("org", organization.id),
          project: { id: showId("prj", id), slug, name },
          principal: shownId,
          member: showId("mem", member),
          permissions: [...permissions],
        },
      };
    },
    createLink: async ({ principal }) => {
      if (principal.kind !== "key" || principal.session !== null)
        throw new AppError("forbidden", "A session can't let others in: make the link with an API key.");
      const { token, expiresAt } = links.make({ account: principal.account, key: principal.id });
      return { status: 201, body: { url: entryUrl(parts.publicUrl, token), expiresAt: isoTime(expiresAt) } };
    },
    signOut: async ({ principal }) => {
      if (principal.session === null || parts.identity === null)
        throw new AppError("not_found", "This call has no session to end.");
      await parts.identity.endSession(principal.account, principal.session);
      return { status: 204, body: null, headers: { "set-cookie": parts.identity.clearCookie() } };
    },
  };
}

export function entryUrl(publicUrl: string, token: string): string {
  return `${publicUrl}/enter?token=${token}`;
}
