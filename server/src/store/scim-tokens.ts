/** What lets SCIM clients in. In the scope of the organization, but for what dispatch finds. */
import type { Database, Statement, Transaction } from "../core/ports/database.ts";

export interface ScimTokenRow {
  readonly id: string;
  readonly prefix: string;
  /** What whoever made it might do; null for an owner. */
  readonly reach: readonly string[] | null;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

const TOKEN = `id, prefix, reach, created_by as "createdBy", created_at as "createdAt", expires_at as "expiresAt",
  revoked_at as "revokedAt", last_used_at as "lastUsedAt"`;

export function insertScimToken(organization: string, row: ScimTokenRow, hash: Buffer): Statement {
  return {
    name: "insert_scim_token",
    text: `insert into steward.scim_tokens (organization, id, prefix, hash, reach, created_by, created_at, expires_at)
      values ($1, $2, $3, $4, $5, $6, to_timestamp($7), to_timestamp($8))`,
    values: [
      organization,
      row.id,
      row.prefix,
      hash,
      row.reach,
      row.createdBy,
      row.createdAt / 1000,
      row.expiresAt === null ? null : row.expiresAt / 1000,
    ],
  };
}

/** Newest first, revoked and expired ones too, at most 100. */
export async function listScimTokens(tx: Transaction, organization: string): Promise<readonly ScimTokenRow[]> {
  const { rows } = await tx.query<ScimTokenRow>({
    name: "list_scim_tokens",
    text: `select ${TOKEN} from steward.scim_tokens where organization = $1 order by id desc limit 100`,
    values: [organization],
  });
  return rows;
}

/** True when it stood and is revoked now. */
export async function revokeScimToken(
  tx: Transaction,
  organization: string,
  id: string,
  atMs: number,
): Promise<boolean> {
  const { count } = await tx.query({
    name: "revoke_scim_token",
    text: `update steward.scim_tokens set revoked_at = to_timestamp($3)
      where organization = $1 and id = $2 and revoked_at is null`,
    values: [organization, id, atMs / 1000],
  });
  return count > 0;
}

/** Takes away what has been over for long, so that the list stays short. */
export function forgetScimTokens(organization: string, beforeMs: number): Statement {
  return {
    name: "forget_scim_tokens",
    text: `delete from steward.scim_tokens where organization = $1
      and least(coalesce(revoked_at, 'infinity'), coalesce(expires_at, 'infinity')) < to_timestamp($2)`,
    values: [organization, beforeMs / 1000],
  };
}

/** Whose token this is, in an organization that is there; null once it is over. As steward_dispatch. Unique key on hash. */
export async function findScimToken(
  dispatch: Database,
  hash: Buffer,
  nowMs: number,
): Promise<{ readonly organization: string; readonly id: string } | null> {
  const { rows } = await dispatch.query<{ organization: string; id: string }>({
    name: "find_scim_token",
    text: `select t.organization, t.id from steward.scim_tokens t
      join steward.organizations o on o.id = t.organization and o.deleted_at is null
      where t.hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > to_timestamp($2))`,
    values: [hash, nowMs / 1000],
  });
  return rows[0] ?? null;
}

/** The reach of a token that still stands, with its use noted; null when it does not. */
export async function useScimToken(
  tx: Transaction,
  organization: string,
  id: string,
  nowMs: number,
): Promise<{ readonly reach: readonly string[] | null } | null> {
  const { rows } = await tx.query<{ reach: readonly string[] | null }>({
    name: "use_scim_token",
    text: `update steward.scim_tokens set last_used_at = to_timestamp($3)
      where organization = $1 and id = $2 and revoked_at is null and (expires_at is null or expires_at > to_timestamp($3))
      returning reach`,
    values: [organization, id, nowMs / 1000],
  });
  return rows[0] ?? null;
}
