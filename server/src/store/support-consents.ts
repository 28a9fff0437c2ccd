import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** An organization lets the operator's staff look inside, until then. */
export interface SupportConsentRow {
  readonly id: string;
  readonly reason: string;
  readonly grantedBy: string;
  readonly grantedAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
}

const ROW = `id, reason, granted_by as "grantedBy", granted_at as "grantedAt", expires_at as "expiresAt", revoked_at as "revokedAt"`;

/** In the scope of the organization. */
export function insertSupportConsent(organization: string, consent: SupportConsentRow): Statement {
  return {
    name: "insert_support_consent",
    text: `insert into steward.support_consents (organization, id, reason, granted_by, granted_at, expires_at)
      values ($1, $2, $3, $4, to_timestamp($5), to_timestamp($6))`,
    values: [
      organization,
      consent.id,
      consent.reason,
      consent.grantedBy,
      consent.grantedAt / 1000,
      consent.expiresAt / 1000,
    ],
  };
}

/** Newest first, before the one given. */
export function listSupportConsents(
  database: Database,
  scope: Scope,
  page: { readonly before: string | null; readonly limit: number },
): Promise<readonly SupportConsentRow[]> {
  return queryInScope<SupportConsentRow>(database, scope, {
    name: "list_support_consents",
    text: `select ${ROW} from steward.support_consents where organization = $1 and ($2::uuid is null or id < $2)
      order by id desc limit $3`,
    values: [scope.organization, page.before, page.limit],
  });
}

/** In the scope of the organization. */
export async function findSupportConsent(
  tx: Transaction,
  organization: string,
  id: string,
): Promise<SupportConsentRow | null> {
  const { rows } = await tx.query<SupportConsentRow>({
    name: "find_support_consent",
    text: `select ${ROW} from steward.support_consents where organization = $1 and id = $2`,
    values: [organization, id],
  });
  return rows[0] ?? null;
}

/** Of those that let somebody in now. In the scope of the organization. */
export async function countActiveConsents(tx: Transaction, organization: string, nowMs: number): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    name: "count_active_consents",
    text: `select count(*) as count from steward.support_consents
      where organization = $1 and revoked_at is null and expires_at > to_timestamp($2)`,
    values: [organization, nowMs / 1000],
  });
  return rows[0]?.count ?? 0;
}

/** Ends it; one that has ended stays as it ended. In the scope of the organization. */
export function setConsentRevoked(organization: string, id: string, atMs: number): Statement {
  return {
    name: "set_consent_revoked",
    text: `update steward.support_consents set revoked_at = to_timestamp($3)
      where organization = $1 and id = $2 and revoked_at is null`,
    values: [organization, id, atMs / 1000],
  };
}

/**
 * Whether somebody looked into the project, or with null the organization, under this session's mark since. The acts of one organization, newest first, until the
 * first that is older: asked for calls of the operator's staff only. In the scope of the organization.
 */
export async function hasEnteredSince(
  tx: Transaction,
  organization: string,
  { mark, project, sinceMs }: { readonly mark: string; readonly project: string | null; readonly sinceMs: number },
): Promise<boolean> {
  const { count } = await tx.query({
    name: "has_entered_since",
    text: `select from steward.audit_batches where organization = $1 and chain = $1 and recorded_at > to_timestamp($3)
        and exists (select from jsonb_array_elements(entries) entry where entry->>'action' = 'support.entered'
          and entry->'facts'->>'session' = $2 and entry->>'project' is not distinct from $4)
      limit 1`,
    values: [organization, mark, sinceMs / 1000, project],
  });
  return count > 0;
}
