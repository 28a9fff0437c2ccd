import type { Invitation, RoleRef } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import {
  countInvitationsSince,
  endInvitation,
  findOpenInvitation,
  insertInvitation,
  type InvitationRow,
} from "../store/invitations.ts";
import { countMembers, findPerson, findPresentMember } from "../store/members.ts";
import { scopeStatement } from "../store/scope.ts";
import { organizationScope } from "../store/organizations.ts";
import { act, type Act, type Acting } from "./act.ts";
import { MEMBERS_MAX } from "./create-service-account.ts";
import { hashInvitationToken, invitationUrl, makeInvitationToken } from "./invitation-token.ts";
import { isoTime } from "./iso-time.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { tooMany } from "./refusals.ts";
import { readRoleToGive, showRole } from "./role-ref.ts";
import { invitationState, showInvitation } from "./show-invitation.ts";

const DAY_MS = 86_400_000;
const EXPIRES_MS = 7 * DAY_MS;
/** Mails that one organization can have sent: to anybody, and to one address. */
const PER_DAY_MAX = 500;
const PER_ADDRESS_AND_DAY_MAX = 5;

export interface InvitationRequest {
  readonly email: string;
  readonly role: RoleRef;
}

/**
 * Invites somebody by mail, which goes into the outbox in the same transaction; the link works once, for 7 days, for
 * whoever has the address. One that is open to the same address ends. Throws `conflict` for a member, `forbidden` for a
 * role with more than the caller has, `overloaded` beyond 500 a day and 5 to one address.
 */
export async function createInvitation(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
  { email, role }: InvitationRequest,
): Promise<Invitation & { readonly url: string }> {
  const asked = { route: "createInvitation", needs: "member.write" } as const;
  return await act(parts, { organization, project: null }, actor, asked, async (acting) => {
    const { tx, nowMs } = acting;
    const given = await readRoleToGive(acting, role);
    await requireRoom(acting, email);
    const replaced = await endOpen(acting, email);
    const token = makeInvitationToken(parts.ids);
    const row: InvitationRow = {
      id: parts.ids.uuid(),
      email,
      role: given.role,
      customRole: given.customRole,
      invitedBy: actor.member,
      createdAt: nowMs,
      expiresAt: nowMs + EXPIRES_MS,
      acceptedAt: null,
      revokedAt: null,
    };
    await tx.query(insertInvitation(organization, { ...row, tokenHash: hashInvitationToken(token) }));
    const url = invitationUrl(parts.publicUrl, token);
    await sendInvitation(parts, acting, row, url);
    const made = { action: "invitation.created", target: showId("inv", row.id), facts: { role } };
    return { result: { ...showInvitation(row, nowMs), url }, acts: [...replaced, made] };
  });
}

async function requireRoom({ tx, organization, nowMs }: Acting, email: string): Promise<void> {
  if ((await findPerson(tx, organization.id, { email, account: null })) !== null)
    throw new AppError("conflict", "Whoever has this address is a member already.");
  if ((await countMembers(tx, organization.id)).all >= MEMBERS_MAX) throw tooMany("members", MEMBERS_MAX);
  const sent = await countInvitationsSince(tx, organization.id, email, nowMs - DAY_MS);
  if (sent.all >= PER_DAY_MAX || sent.toAddress >= PER_ADDRESS_AND_DAY_MAX)
    throw new AppError("overloaded", "That many invitations were sent today: go on tomorrow.", {
      retryAfterSeconds: 3600,
    });
}

/** An address has one open invitation: whoever replaces it could have given what it gives. */
async function endOpen(acting: Acting, email: string): Promise<readonly Act[]> {
  const { tx, organization, nowMs } = acting;
  const open = await findOpenInvitation(tx, organization.id, email);
  if (open === null) return [];
  if (invitationState(open, nowMs) === "open") await readRoleToGive(acting, showRole(open));
  await tx.query(endInvitation(organization.id, open.id, "revoked_at", nowMs));
  return [{ action: "invitation.replaced", target: showId("inv", open.id) }];
}

async function sendInvitation(
  parts: PeopleParts,
  { tx, organization }: Acting,
  row: InvitationRow,
  url: string,
): Promise<void> {
  const inviter = await findPresentMember(tx, organization.id, row.invitedBy);
  await parts.people.mail.send(tx, {
    to: row.email,
    template: "invited",
    values: {
      organization: organization.name,
      inviter: inviter?.name ?? "",
      role: row.role,
      url,
      expiresAt: isoTime(row.expiresAt),
    },
  });
  await tx.query(scopeStatement(organizationScope(organization.id)));
}
