import { noteSupport } from "../people/note-support.ts";
import { permissionsOfRole } from "../people/permissions-of.ts";
import { findSupportOfOrganization, findSupportOfProject, type SupportAccess } from "../store/access.ts";
import type { Caller } from "./authenticate.ts";
import type { HttpParts } from "./http-parts.ts";
import type { OrganizationPrincipal } from "./principal.ts";

/** An operator who looks inside by the organization's consent (PROMISES B5). */
export interface SupportEntrance<Seen extends SupportAccess> {
  readonly seen: Seen;
  readonly principal: OrganizationPrincipal;
  /** To be called before anything is shown: the organization's audit has it then. */
  note(): Promise<void>;
}

/** Where an operator asks to look. */
export type SupportPlace = { readonly organization: string } | { readonly project: string };
type Parts = Pick<HttpParts, "database" | "dispatch" | "clock">;

/**
 * The entrance of an operator into an organization that they are no member of: a viewer's, by a session with a second
 * factor, while a consent is active. Null in every other case, so that it is answered as what isn't there.
 */
export async function supportEntrance(
  parts: Parts,
  caller: Caller,
  place: { readonly project: string },
): Promise<SupportEntrance<SupportAccess & { readonly project: string }> | null>;
export async function supportEntrance(
  parts: Parts,
  caller: Caller,
  place: SupportPlace,
): Promise<SupportEntrance<SupportAccess> | null>;
export async function supportEntrance(
  parts: Parts,
  caller: Caller,
  place: SupportPlace,
): Promise<SupportEntrance<SupportAccess> | null> {
  if (caller.kind !== "session" || !caller.secondFactor) return null;
  if (caller.signedOnBy !== null || caller.boundTo !== null) return null;
  const { account, session, shownId } = caller;
  const nowMs = parts.clock.nowMs();
  const seen =
    "project" in place
      ? await findSupportOfProject(parts.dispatch, account, place.project, nowMs)
      : await findSupportOfOrganization(parts.dispatch, account, place.organization, nowMs);
  if (seen === null) return null;
  const { organization, project } = seen;
  const principal = {
    kind: "support",
    id: account,
    shownId,
    account,
    session,
    // Nobody's: an operator is no member, and may nothing that is done in a member's name.
    member: account,
    organization,
    permissions: permissionsOfRole("viewer"),
  } as const;
  return { seen, principal, note: () => noteSupport(parts, { organization, project, account, session }) };
}
