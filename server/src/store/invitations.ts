import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

export interface NewInvitation {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly customRole: string | null;
  /** SHA-256 of the token; the token itself is in the mail only. */
  readonly tokenHash: Buffer;
  readonly invitedBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface InvitationRow extends Omit<NewInvitation, "tokenHash"> {
  readonly acceptedAt: number | null;
  readonly revokedAt: number | null;
}

const ROW = `id, email, role, custom_role as "customRole", invited_by as "invitedBy", created_at as "createdAt",
  expires_at as "expiresAt", accepted_at as "acceptedAt", revoked_at as "revokedAt"`;
const OPEN = "accepted_at is null and revoked_at is null";

/** In the scope of the organization. */
export function insertInvitation(organization: string, invitation: NewInvitation): Statement {
  return {
    name: "insert_invitation",
    text: `insert into steward.invitations (organization, id, email, role, custom_role, token_hash, invited_by, created_at, expires_at)
      values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8), to_timestamp($9))`,
    values: [
      organization,
      invitation.id,
      invitation.email,
      invitation.role,
      invitation.customRole,
      invitation.tokenHash,
      invitation.invitedBy,
      invitation.createdAt / 1000,
      invitation.expiresAt / 1000,
    ],
  };
}

/** Newest first, before the one given. */
export function listInvitations(
  database: Database,
  scope: Scope,
  page: { readonly before: string | null; readonly limit: number },
): Promise<readonly InvitationRow[]> {
  return queryInScope<InvitationRow>(database, scope, {
    name: "list_invitations",
    text: `select ${ROW} from steward.invitations where organization = $1 and ($2::uuid is null or id < $2)
      order by id desc limit $3`,
    values: [scope.organization, page.before, page.limit],
  });
}

/** In the scope of the organization. */
export async function findInvitation(tx: Transaction, organization: string, id: string): Promise<InvitationRow | null> {
  const { rows } = await tx.query<InvitationRow>({
    name: "find_invitation",
    text: `select ${ROW} from steward.invitations where organization = $1 and id = $2`,
    values: [organization, id],
  });
  return rows[0] ?? null;
}

/** The one that is neither accepted nor revoked, expired or not. In the organization's scope. Index invitations_open. */
export async function findOpenInvitation(
  tx: Transaction,
  organization: string,
  email: string,
): Promise<InvitationRow | null> {
  const { rows } = await tx.query<InvitationRow>({
    name: "find_open_invitation",
    text: `select ${ROW} from steward.invitations where organization = $1 and lower(email) = lower($2) and ${OPEN}`,
    values: [organization, email],
  });
  return rows[0] ?? null;
}

/** How many were made since, in all and for one address. In the organization's scope. */
export async function countInvitationsSince(
  tx: Transaction,
  organization: string,
  email: string,
  sinceMs: number,
): Promise<{ readonly all: number; readonly toAddress: number }> {
  const { rows } = await tx.query<{ all: number; toAddress: number }>({
    name: "count_invitations_since",
    text: `select count(*) as all, count(*) filter (where lower(email) = lower($2)) as "toAddress"
      from steward.invitations where organization = $1 and created_at > to_timestamp($3)`,
    values: [organization, email, sinceMs / 1000],
  });
  return rows[0] ?? { all: 0, toAddress: 0 };
}

/** Ends it by being accepted or revoked. In the organization's scope. */
export function endInvitation(
  organization: string,
  id: string,
  as: "accepted_at" | "revoked_at",
  atMs: number,
): Statement {
  return {
    name: `end_invitation_${as}`,
    text: `update steward.invitations set ${as} = to_timestamp($3) where organization = $1 and id = $2 and ${OPEN}`,
    values: [organization, id, atMs / 1000],
  };
}

/** Ends what a member has open. In the organization's scope. */
export function revokeInvitationsBy(organization: string, member: string, atMs: number): Statement {
  return {
    name: "revoke_invitations_by",
    text: `update steward.invitations set revoked_at = to_timestamp($3) where organization = $1 and invited_by = $2 and ${OPEN}`,
    values: [organization, member, atMs / 1000],
  };
}

/** Where a token leads, whatever became of it; null for one that nobody was given. As steward_dispatch. */
export async function findInvitationByToken(
  dispatch: Database,
  tokenHash: Buffer,
): Promise<{ readonly organization: string; readonly id: string } | null> {
  const { rows } = await dispatch.query<{ organization: string; id: string }>({
    name: "find_invitation_by_token",
    text: "select organization, id from steward.invitations where token_hash = $1",
    values: [tokenHash],
  });
  return rows[0] ?? null;
}
