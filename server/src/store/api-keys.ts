import type { Database, Statement } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** A key as it is made: its text is never stored, only the SHA-256 of it. */
export interface NewApiKey extends Scope {
  readonly id: string;
  readonly name: string;
  /** The first characters, to recognise it by. */
  readonly prefix: string;
  readonly hash: Buffer;
  readonly member: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
}

/** Whom a key speaks for. */
export interface ApiKeyHolder extends Scope {
  readonly id: string;
  readonly member: string;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

export function insertApiKey(key: NewApiKey): Statement {
  return {
    name: "insert_api_key",
    text: `insert into steward.api_keys (organization, project, id, name, prefix, hash, member, created_at, expires_at)
      values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8), to_timestamp($9))`,
    values: [
      key.organization,
      key.project,
      key.id,
      key.name,
      key.prefix,
      key.hash,
      key.member,
      key.createdAt / 1000,
      key.expiresAt === null ? null : key.expiresAt / 1000,
    ],
  };
}

/** The holder of the key with this hash, expired and revoked ones too. As steward_dispatch. Unique index on hash. */
export async function findApiKey(dispatch: Database, hash: Buffer): Promise<ApiKeyHolder | null> {
  const { rows } = await dispatch.query<ApiKeyHolder>({
    name: "find_api_key",
    text: `select organization, project, id, member, expires_at as "expiresAt", revoked_at as "revokedAt"
      from steward.api_keys where hash = $1`,
    values: [hash],
  });
  return rows[0] ?? null;
}

/** Notes that a key was used, to the minute, so that a busy key doesn't write its row at each request. */
export async function noteApiKeyUsed(database: Database, scope: Scope, id: string, nowMs: number): Promise<void> {
  await queryInScope(database, scope, {
    name: "note_api_key_used",
    text: `update steward.api_keys set last_used_at = to_timestamp($3)
      where project = $1 and id = $2 and (last_used_at is null or last_used_at < to_timestamp($3) - interval '60 seconds')`,
    values: [scope.project, id, nowMs / 1000],
  });
}
