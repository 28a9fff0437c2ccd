import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** A key as it is made: its text is never stored, only the SHA-256 of it. */
export interface NewApiKey extends Scope {
  readonly id: string;
  readonly name: string;
  /** The first characters, to recognise it by. */
  readonly prefix: string;
  readonly hash: Buffer;
  readonly member: string;
  readonly reach: "project" | "organization";
  /** Null: all that its member may. */
  readonly permissions: readonly string[] | null;
  readonly createdBy: string | null;
  /** The key that this one follows. */
  readonly replaces: string | null;
  /** Whether who made it had passed a second factor; the home's own first key counts as one. */
  readonly secondFactor: boolean;
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

/** A key as its project sees it. */
export interface ApiKeyRow extends Omit<NewApiKey, "hash" | "organization" | "project"> {
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
}

const ROW = `id, name, prefix, member, reach, permissions, created_by as "createdBy", replaces,
  second_factor as "secondFactor", created_at as "createdAt",
  last_used_at as "lastUsedAt", expires_at as "expiresAt", revoked_at as "revokedAt"`;

export function insertApiKey(key: NewApiKey): Statement {
  return {
    name: "insert_api_key",
    text: `insert into steward.api_keys (organization, project, id, name, prefix, hash, member, created_at, expires_at,
        reach, permissions, created_by, replaces, second_factor)
      values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8), to_timestamp($9), $10, $11, $12, $13, $14)`,
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
      key.reach,
      key.permissions,
      key.createdBy,
      key.replaces,
      key.secondFactor,
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

/** Newest first, before the one given; revoked and expired ones too. */
export function listApiKeys(
  database: Database,
  scope: Scope,
  page: { readonly before: string | null; readonly limit: number },
): Promise<readonly ApiKeyRow[]> {
  return queryInScope<ApiKeyRow>(database, scope, {
    name: "list_api_keys",
    text: `select ${ROW} from steward.api_keys where project = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
    values: [scope.project, page.before, page.limit],
  });
}

/** In the scope of its project. */
export async function readApiKey(tx: Transaction, project: string, id: string): Promise<ApiKeyRow | null> {
  const { rows } = await tx.query<ApiKeyRow>({
    name: "read_api_key",
    text: `select ${ROW} from steward.api_keys where project = $1 and id = $2`,
    values: [project, id],
  });
  return rows[0] ?? null;
}

/** Keys that let somebody in now. In the scope of the project. */
export async function countApiKeys(tx: Transaction, project: string, nowMs: number): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    name: "count_api_keys",
    text: `select count(*) as count from steward.api_keys where project = $1
      and (revoked_at is null or revoked_at > to_timestamp($2)) and (expires_at is null or expires_at > to_timestamp($2))`,
    values: [project, nowMs / 1000],
  });
  return rows[0]?.count ?? 0;
}

/** Ends a key at a moment; one that ends sooner stays so. In the scope of its project. */
export function revokeApiKey(project: string, id: string, atMs: number): Statement {
  return {
    name: "revoke_api_key",
    text: `update steward.api_keys set revoked_at = least(coalesce(revoked_at, 'infinity'), to_timestamp($3))
      where project = $1 and id = $2`,
    values: [project, id, atMs / 1000],
  };
}

/** Ends all keys that a member has in the project; gives a row for each that was still to end. In the project's scope. */
export function revokeApiKeysOf(project: string, member: string, atMs: number): Statement {
  return {
    name: "revoke_api_keys_of",
    text: `update steward.api_keys set revoked_at = to_timestamp($3)
      where project = $1 and member = $2 and (revoked_at is null or revoked_at > to_timestamp($3)) returning id`,
    values: [project, member, atMs / 1000],
  };
}

/** The projects in which a member ever had a key. As steward_dispatch. */
export async function projectsWithKeysOf(dispatch: Database, member: string): Promise<readonly string[]> {
  const { rows } = await dispatch.query<{ project: string }>({
    name: "projects_with_keys_of",
    text: "select distinct project from steward.api_keys where member = $1",
    values: [member],
  });
  return rows.map((row) => row.project);
}
