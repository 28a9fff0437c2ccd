/**
 * Who asks a provider for fresh tokens: one at a time over all processes. A claim is a row's own, for a minute of the
 * database's clock, so that no transaction stays open while a provider thinks; who dies with it is waited for no longer.
 */
import type { Database, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** Which tokens are meant: newer ones have another generation. */
export interface TokensRef {
  readonly id: string;
  readonly generation: number;
}

const CLAIM_SECONDS = 60;
const SAME = "project = $1 and id = $2 and generation = $3 and status = 'active'";

const values = (scope: Scope, { id, generation }: TokensRef): readonly (string | number)[] => [
  scope.project,
  id,
  generation,
];

/** Whether the claim is the caller's: nobody else has one, and the tokens are still these. */
export async function claimRefresh(database: Database, scope: Scope, of: TokensRef, by: string): Promise<boolean> {
  const rows = await queryInScope(database, scope, {
    name: "claim_refresh",
    text: `update steward.connections set refreshing_by = $4,
        refreshing_until = clock_timestamp() + make_interval(secs => ${CLAIM_SECONDS})
      where ${SAME} and (refreshing_until is null or refreshing_until < clock_timestamp()) returning id`,
    values: [...values(scope, of), by],
  });
  return rows.length === 1;
}

/** Gives a claim back, with what went wrong. */
export async function dropRefresh(
  database: Database,
  scope: Scope,
  id: string,
  by: string,
  errorCode: string | null,
): Promise<void> {
  await queryInScope(database, scope, {
    name: "drop_refresh",
    text: `update steward.connections set refreshing_by = null, refreshing_until = null, error_code = coalesce($4, error_code)
      where project = $1 and id = $2 and refreshing_by = $3`,
    values: [scope.project, id, by, errorCode],
  });
}

export interface FreshTokens {
  readonly secret: Buffer;
  readonly secretExpiresAt: number | null;
  readonly scopes: readonly string[];
  readonly refreshedAt: number;
}

/** Keeps fresh tokens in the place of these, whoever has the claim by now; false where others are there, or none any more. */
export async function keepRefreshed(
  database: Database,
  scope: Scope,
  of: TokensRef,
  fresh: FreshTokens,
): Promise<boolean> {
  const rows = await queryInScope(database, scope, {
    name: "keep_refreshed",
    text: `update steward.connections set secret = $4, secret_expires_at = to_timestamp($5), scopes = $6,
        refreshed_at = to_timestamp($7), error_code = null, generation = generation + 1, refreshing_by = null, refreshing_until = null
      where ${SAME} returning id`,
    values: [
      ...values(scope, of),
      fresh.secret,
      fresh.secretExpiresAt === null ? null : fresh.secretExpiresAt / 1000,
      fresh.scopes,
      fresh.refreshedAt / 1000,
    ],
  });
  return rows.length === 1;
}

/** Erases tokens that the provider says are dead; the rest stays, for a consent anew. False where others are there by now. */
export async function endTokens(tx: Transaction, scope: Scope, of: TokensRef): Promise<boolean> {
  const { count } = await tx.query({
    name: "end_connection_tokens",
    text: `update steward.connections set status = 'reauth_required', secret = null, secret_expires_at = null,
        error_code = 'reauth_required', generation = generation + 1, refreshing_by = null, refreshing_until = null
      where ${SAME}`,
    values: values(scope, of),
  });
  return count === 1;
}
