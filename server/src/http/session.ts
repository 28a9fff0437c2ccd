import { AppError } from "../core/errors.ts";
import { deleteBrowserSession } from "../store/browser-sessions.ts";
import { findOrganization } from "../store/organizations.ts";
import { findProject } from "../store/projects.ts";
import { invariant } from "../core/invariant.ts";
import { showId } from "../core/id.ts";
import { sha256 } from "./authenticate.ts";
import type { EntryLinks } from "./entry-links.ts";
import type { HttpParts } from "./http-parts.ts";
import { isoTime } from "./present-run.ts";
import type { Handlers } from "./route-call.ts";
import { clearCookie, cookieToken } from "./session-cookie.ts";

/** Who calls, and the browser's way in and out. */
export function sessionHandlers(parts: HttpParts, links: EntryLinks): Pick<Handlers, "me" | "createLink" | "signOut"> {
  return {
    me: async ({ principal: { scope, shownId } }) => {
      const [organization, project] = await Promise.all([
        findOrganization(parts.database, scope),
        findProject(parts.database, scope),
      ]);
      invariant(organization && project, "a key's project is there");
      const { id, slug, name } = project;
      return {
        status: 200,
        body: { organization: organization.name, project: { id: showId("prj", id), slug, name }, principal: shownId },
      };
    },
    createLink: async ({ principal }) => {
      if (principal.kind !== "key")
        throw new AppError("forbidden", "A session can't let others in: make the link with an API key.");
      const { token, expiresAt } = links.make({ scope: principal.scope, member: principal.member });
      return { status: 201, body: { url: entryUrl(parts.publicUrl, token), expiresAt: isoTime(expiresAt) } };
    },
    signOut: async ({ principal, headers }) => {
      const token = cookieToken(headers["cookie"]);
      if (principal.kind !== "session" || token === null)
        throw new AppError("not_found", "This call has no session to end.");
      await deleteBrowserSession(parts.database, principal.scope, sha256(token));
      return { status: 204, body: null, headers: { "set-cookie": clearCookie() } };
    },
  };
}

export function entryUrl(publicUrl: string, token: string): string {
  return `${publicUrl}/enter?token=${token}`;
}
