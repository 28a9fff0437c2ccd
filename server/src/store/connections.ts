/** Connections: accounts at providers, keys, services of the project's own. What is sealed in them only the gate opens. */
import type { ConnectionAuthentication, ConnectionStatus } from "@steward/sdk";
import { firstIdOf } from "../core/id.ts";
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** A connection without its secret. Times are epoch milliseconds. */
export interface ConnectionFacts {
  readonly id: string;
  readonly slug: string;
  readonly connector: string;
  readonly authentication: ConnectionAuthentication;
  readonly status: ConnectionStatus;
  /** The account whose it is; null: the project's. */
  readonly owner: string | null;
  /** The only flow that may use it, by slug. */
  readonly flow: string | null;
  /** Sealed: whose account it is at the provider. */
  readonly account: Buffer | null;
  readonly scopes: readonly string[];
  readonly hosts: readonly string[];
  readonly address: string | null;
  /** The project's own OAuth client; null: the installation's, or none. */
  readonly client: string | null;
  readonly secretExpiresAt: number | null;
  readonly refreshedAt: number | null;
  /** Grows with whatever ends or replaces what it allowed. */
  readonly generation: number;
  readonly errorCode: string | null;
  readonly createdAt: number;
  /** `acc_…`, or `mem_…` of a service account. */
  readonly createdBy: string;
  readonly connectedAt: number | null;
  readonly usedAt: number | null;
}

/** With its secret, sealed under the purpose `credential` at this row's id. */
export interface ConnectionRow extends ConnectionFacts {
  readonly secret: Buffer | null;
}

const FACTS = `id, slug, connector, authentication, status, owner, flow, account, scopes, hosts, address, client,
  secret_expires_at as "secretExpiresAt", refreshed_at as "refreshedAt", generation, error_code as "errorCode",
  created_at as "createdAt", created_by as "createdBy", connected_at as "connectedAt", used_at as "usedAt"`;

/** What a `ConnectionRow` is selected by. */
export const CONNECTION_ROW = `${FACTS}, secret`;

/** Of one project; more are refused. */
export const CONNECTIONS_MAX = 1000;

const time = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

/** Throws the unique violation `connections_slug` where another one that stands has the slug. */
export function insertConnection(scope: Scope, row: ConnectionRow): Statement {
  return {
    name: "insert_connection",
    text: `insert into steward.connections (organization, project, id, slug, connector, authentication, status, owner, flow,
        account, scopes, hosts, address, client, secret, secret_expires_at, created_at, created_by, connected_at, error_code)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, to_timestamp($16), to_timestamp($17), $18,
        to_timestamp($19), $20)`,
    values: [
      scope.organization,
      scope.project,
      row.id,
      row.slug,
      row.connector,
      row.authentication,
      row.status,
      row.owner,
      row.flow,
      row.account,
      row.scopes,
      row.hosts,
      row.address,
      row.client,
      row.secret,
      time(row.secretExpiresAt),
      row.createdAt / 1000,
      row.createdBy,
      time(row.connectedAt),
      row.errorCode,
    ],
  };
}

/** Those that stand, by slug, after the one given. */
export function listConnections(
  database: Database,
  scope: Scope,
  page: { readonly after: string | null; readonly connector: string | null; readonly limit: number },
): Promise<readonly ConnectionFacts[]> {
  return queryInScope<ConnectionFacts>(database, scope, {
    name: "list_connections",
    text: `select ${FACTS} from steward.connections where project = $1 and status <> 'disconnected' and slug > $2
      and ($3::text is null or connector = $3) order by slug limit $4`,
    values: [scope.project, page.after ?? "", page.connector, page.limit],
  });
}

/** How many stand. */
export async function countConnections(tx: Transaction, project: string): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    name: "count_connections",
    text: "select count(*) as count from steward.connections where project = $1 and status <> 'disconnected'",
    values: [project],
  });
  return rows[0]?.count ?? 0;
}

/** The one that stands; a probe of `connections_slug`. */
export async function findConnection(database: Database, scope: Scope, slug: string): Promise<ConnectionRow | null> {
  const rows = await queryInScope<ConnectionRow>(database, scope, {
    name: "find_connection",
    text: `select ${FACTS}, secret from steward.connections where project = $1 and slug = $2 and status <> 'disconnected'`,
    values: [scope.project, slug],
  });
  return rows[0] ?? null;
}

/** An account's own connections of a connector that stand, those that can be used first; two say that there are several. */
export function findOwnConnections(
  database: Database,
  scope: Scope,
  owner: string,
  connector: string,
): Promise<readonly ConnectionRow[]> {
  return queryInScope<ConnectionRow>(database, scope, {
    name: "find_own_connections",
    text: `select ${FACTS}, secret from steward.connections
      where project = $1 and owner = $2 and connector = $3 and status in ('active', 'reauth_required')
      order by status = 'active' desc, id limit 2`,
    values: [scope.project, owner, connector],
  });
}

/** Which of them `me` in a step is, if any: nobody's where there are several that can be used. Locks nothing. */
export async function findOwnIn(
  tx: Transaction,
  project: string,
  owner: string,
  connector: string,
): Promise<string | null> {
  const { rows } = await tx.query<{ id: string; status: ConnectionStatus }>({
    name: "find_own_in",
    text: `select id, status from steward.connections
      where project = $1 and owner = $2 and connector = $3 and status in ('active', 'reauth_required')
      order by status = 'active' desc, id limit 2`,
    values: [project, owner, connector],
  });
  return rows[1]?.status === "active" ? null : (rows[0]?.id ?? null);
}

/** In whatever state; a probe of the primary key. */
export async function findConnectionById(database: Database, scope: Scope, id: string): Promise<ConnectionRow | null> {
  const rows = await queryInScope<ConnectionRow>(database, scope, {
    name: "find_connection_by_id",
    text: `select ${FACTS}, secret from steward.connections where project = $1 and id = $2`,
    values: [scope.project, id],
  });
  return rows[0] ?? null;
}

/** The same, locked until the transaction ends: whoever changes a connection for good takes this first. */
export async function lockConnection(tx: Transaction, project: string, id: string): Promise<ConnectionRow | null> {
  const { rows } = await tx.query<ConnectionRow>({
    name: "lock_connection",
    text: `select ${FACTS}, secret from steward.connections where project = $1 and id = $2 for update`,
    values: [project, id],
  });
  return rows[0] ?? null;
}

/** What a consent or a typed secret gave. */
export interface Connected {
  readonly authentication: ConnectionAuthentication;
  readonly secret: Buffer;
  readonly scopes: readonly string[];
  readonly secretExpiresAt: number | null;
  /** Sealed; null leaves what was known. */
  readonly account: Buffer | null;
  readonly client: string | null;
  /** Of a provider that nobody has reached yet. */
  readonly errorCode?: string | null;
  readonly atMs: number;
}

/** Makes it active with a new secret; what rests on the one before is over. Of a locked row. */
export function setConnected(project: string, id: string, now: Connected): Statement {
  return {
    name: "set_connected",
    text: `update steward.connections set status = 'active', authentication = $3, secret = $4, scopes = $5,
        secret_expires_at = to_timestamp($6), account = coalesce($7, account), client = $8, connected_at = to_timestamp($9),
        refreshed_at = null, error_code = $10, generation = generation + 1, refreshing_by = null, refreshing_until = null
      where project = $1 and id = $2`,
    values: [
      project,
      id,
      now.authentication,
      now.secret,
      now.scopes,
      time(now.secretExpiresAt),
      now.account,
      now.client,
      now.atMs / 1000,
      now.errorCode ?? null,
    ],
  };
}

/** Whose account it is, once somebody could say, and that all is well. */
export function setAccount(project: string, id: string, account: Buffer | null): Statement {
  return {
    name: "set_connection_account",
    text: `update steward.connections set account = coalesce($3, account), error_code = null
      where project = $1 and id = $2 and status = 'active'`,
    values: [project, id, account],
  };
}

export function setConnectionError(project: string, id: string, code: string | null): Statement {
  return {
    name: "set_connection_error",
    text: "update steward.connections set error_code = $3 where project = $1 and id = $2 and status in ('pending', 'active')",
    values: [project, id, code],
  };
}

/** That it is in use; of one that is over nothing is noted any more. */
export async function noteConnectionUsed(database: Database, scope: Scope, id: string, atMs: number): Promise<void> {
  await queryInScope(database, scope, {
    name: "note_connection_used",
    text: "update steward.connections set used_at = to_timestamp($3) where project = $1 and id = $2 and status = 'active'",
    values: [scope.project, id, atMs / 1000],
  });
}

/** That its provider has answered an effect, whatever went wrong before. */
export async function clearConnectionError(database: Database, scope: Scope, id: string): Promise<void> {
  await queryInScope(database, scope, {
    name: "clear_connection_error",
    text: "update steward.connections set error_code = null where project = $1 and id = $2 and status = 'active'",
    values: [scope.project, id],
  });
}

/** Erases what it was, but for that it was: slug, connector, whose, and when it was made and ended. Of a locked row. */
export function setDisconnected(project: string, id: string, atMs: number): Statement {
  return {
    name: "set_disconnected",
    text: `update steward.connections set status = 'disconnected', secret = null, account = null, scopes = '{}', hosts = '{}',
        address = null, client = null, secret_expires_at = null, refreshed_at = null, connected_at = null, used_at = null,
        error_code = null, generation = generation + 1, refreshing_by = null, refreshing_until = null,
        ended_at = to_timestamp($3)
      where project = $1 and id = $2`,
    values: [project, id, atMs / 1000],
  };
}

/** How many hold tokens that were given to an OAuth client. */
export async function countByClient(tx: Transaction, project: string, client: string): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    name: "count_connections_by_client",
    text: "select count(*) as count from steward.connections where project = $1 and client = $2 and status = 'active'",
    values: [project, client],
  });
  return rows[0]?.count ?? 0;
}

/** Of a project, whatever their state but disconnected, by id; at most `limit`. */
export async function listStanding(
  database: Database,
  scope: Scope,
  limit: number,
): Promise<readonly { readonly id: string }[]> {
  return await queryInScope<{ id: string }>(database, scope, {
    name: "list_standing_connections",
    text: "select id from steward.connections where project = $1 and status <> 'disconnected' order by id limit $2",
    values: [scope.project, limit],
  });
}

export interface OwnedConnection extends Scope {
  readonly id: string;
}

/** Personal connections of an account in an organization. As steward_dispatch; walks `connections_owned`. */
export async function listOwned(
  dispatch: Database,
  organization: string,
  owner: string,
  limit: number,
): Promise<readonly OwnedConnection[]> {
  const { rows } = await dispatch.query<OwnedConnection>({
    name: "list_owned_connections",
    text: `select organization, project, id from steward.connections
      where organization = $1 and owner = $2 and status <> 'disconnected' order by project, id limit $3`,
    values: [organization, owner, limit],
  });
  return rows;
}

/** Connections that still stand in projects that were deleted, themselves or with their organization. As steward_dispatch. */
export async function listInDeleted(dispatch: Database, limit: number): Promise<readonly OwnedConnection[]> {
  const { rows } = await dispatch.query<OwnedConnection>({
    name: "list_connections_in_deleted",
    text: `select c.organization, c.project, c.id from steward.projects p
        join steward.organizations o on o.id = p.organization
        join steward.connections c on c.project = p.id
      where (p.deleted_at is not null or o.deleted_at is not null) and p.purged_at is null and c.status <> 'disconnected'
      order by c.project, c.id limit $1`,
    values: [limit],
  });
  return rows;
}

/** Consents that nobody ended: connections that wait without one under way. As steward_dispatch; begun before that moment. */
export async function listAbandoned(
  dispatch: Database,
  beforeMs: number,
  limit: number,
): Promise<readonly OwnedConnection[]> {
  const { rows } = await dispatch.query<OwnedConnection>({
    name: "list_abandoned_connections",
    text: `select c.organization, c.project, c.id from steward.connections c
      where c.status = 'pending' and c.id < $1::uuid order by c.id limit $2`,
    values: [firstIdOf(beforeMs), limit],
  });
  return rows;
}
