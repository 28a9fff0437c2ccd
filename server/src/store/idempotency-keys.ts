import type { Database } from "../core/ports/database.ts";
import { inScope, queryInScope, type Scope } from "./scope.ts";

/** One `Idempotency-Key` of one principal on one route, by keyed digests. */
export interface IdempotencyKey {
  readonly principal: string;
  readonly route: string;
  readonly key: Buffer;
}

/** What the first request under a key has come to; `status` and `answer` are null while it is under way. */
export interface FirstRequest {
  readonly bodyDigest: Buffer;
  readonly status: number | null;
  /** Sealed under the purpose `answer`. */
  readonly answer: Buffer | null;
  readonly createdAt: number;
}

const KEPT_MS = 86_400_000;
/** A request whose answer never came, because its process died, gives its key back after this. */
const ABANDONED_MS = 120_000;

/**
 * Null when the caller is the first under this key and shall go on; else the first request. Exactly
 * one of several at once is the first. Keys are kept for 24 h.
 */
export async function claimIdempotencyKey(
  database: Database,
  scope: Scope,
  claim: IdempotencyKey & { readonly bodyDigest: Buffer; readonly nowMs: number },
): Promise<FirstRequest | null> {
  const { principal, route, key } = claim;
  return await inScope(database, scope, async (tx) => {
    const { count } = await tx.query({
      name: "claim_idempotency_key",
      text: `insert into steward.idempotency_keys as k (project, principal, route, key, body_digest, created_at)
        values ($1, $2, $3, $4, $5, to_timestamp($6))
        on conflict (project, principal, route, key) do update
          set body_digest = excluded.body_digest, status = null, answer = null, created_at = excluded.created_at
          where k.created_at < to_timestamp($7) or (k.status is null and k.created_at < to_timestamp($8))`,
      values: [
        scope.project,
        principal,
        route,
        key,
        claim.bodyDigest,
        claim.nowMs / 1000,
        (claim.nowMs - KEPT_MS) / 1000,
        (claim.nowMs - ABANDONED_MS) / 1000,
      ],
    });
    if (count === 1) return null;
    const { rows } = await tx.query<FirstRequest>({
      name: "find_idempotency_key",
      text: `select body_digest as "bodyDigest", status, answer, created_at as "createdAt" from steward.idempotency_keys
        where project = $1 and principal = $2 and route = $3 and key = $4`,
      values: [scope.project, principal, route, key],
    });
    return rows[0] ?? null; // released in between: the caller may as well be the first
  });
}

/** Keeps the first request's answer for those that repeat it. */
export async function keepAnswer(
  database: Database,
  scope: Scope,
  claim: IdempotencyKey,
  answer: { readonly status: number; readonly sealed: Buffer },
): Promise<void> {
  await queryInScope(database, scope, {
    name: "keep_answer",
    text: `update steward.idempotency_keys set status = $5, answer = $6
      where project = $1 and principal = $2 and route = $3 and key = $4`,
    values: [scope.project, claim.principal, claim.route, claim.key, answer.status, answer.sealed],
  });
}

/** Gives a key back whose request came to nothing (429, 5xx), so that it may be repeated. */
export async function releaseIdempotencyKey(database: Database, scope: Scope, claim: IdempotencyKey): Promise<void> {
  await queryInScope(database, scope, {
    name: "release_idempotency_key",
    text: `delete from steward.idempotency_keys
      where project = $1 and principal = $2 and route = $3 and key = $4 and status is null`,
    values: [scope.project, claim.principal, claim.route, claim.key],
  });
}

/** Removes at most `limit` of a project's keys that are over; gives how many. */
export async function purgeIdempotencyKeys(
  database: Database,
  scope: Scope,
  nowMs: number,
  limit: number,
): Promise<number> {
  const rows = await queryInScope(database, scope, {
    name: "purge_idempotency_keys",
    text: `delete from steward.idempotency_keys where ctid in (
        select ctid from steward.idempotency_keys where project = $1 and created_at < to_timestamp($2) limit $3)
      returning 1 as gone`,
    values: [scope.project, (nowMs - KEPT_MS) / 1000, limit],
  });
  return rows.length;
}
