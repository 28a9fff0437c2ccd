/** Consents under way: each is used once, by the session and account that began it, within minutes. */
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { isLiving } from "./living.ts";
import { queryInScope, type Scope } from "./scope.ts";

export interface ConnectState {
  /** Of what the provider sends back, or of nothing that leaves, for a consent by code. */
  readonly hash: Buffer;
  readonly connection: string;
  readonly account: string;
  /** Digest of the browser's session; empty where a key began it: then any session of the account will do. */
  readonly session: Buffer;
  /** Sealed under the purpose `credential`. */
  readonly verifier: Buffer;
  readonly scopes: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly usedAt: number | null;
}

const ROW = `hash, connection, account, session, verifier, scopes, created_at as "createdAt", expires_at as "expiresAt",
  used_at as "usedAt"`;

export function insertConnectState(project: string, state: ConnectState): Statement {
  return {
    name: "insert_connect_state",
    text: `insert into steward.connect_states (project, hash, connection, account, session, verifier, scopes, created_at, expires_at)
      values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8), to_timestamp($9))`,
    values: [
      project,
      state.hash,
      state.connection,
      state.account,
      state.session,
      state.verifier,
      state.scopes,
      state.createdAt / 1000,
      state.expiresAt / 1000,
    ],
  };
}

/** In which project a consent is under way; none of a deleted one. As steward_dispatch; a probe of the unique index on hash. */
export async function findStateScope(dispatch: Database, hash: Buffer): Promise<Scope | null> {
  const { rows } = await dispatch.query<Scope>({
    name: "find_connect_state",
    text: `select p.organization, s.project from steward.connect_states s join steward.projects p on p.id = s.project
      where s.hash = $1 and ${isLiving("s.project")}`,
    values: [hash],
  });
  return rows[0] ?? null;
}

export async function findConnectState(database: Database, scope: Scope, hash: Buffer): Promise<ConnectState | null> {
  const rows = await queryInScope<ConnectState>(database, scope, {
    name: "read_connect_state",
    text: `select ${ROW} from steward.connect_states where project = $1 and hash = $2`,
    values: [scope.project, hash],
  });
  return rows[0] ?? null;
}

/** The newest of a connection that is not used. */
export async function findLatestState(
  database: Database,
  scope: Scope,
  connection: string,
): Promise<ConnectState | null> {
  const rows = await queryInScope<ConnectState>(database, scope, {
    name: "find_latest_connect_state",
    text: `select ${ROW} from steward.connect_states where project = $1 and connection = $2 and used_at is null
      order by created_at desc limit 1`,
    values: [scope.project, connection],
  });
  return rows[0] ?? null;
}

/** What a connection's last consent asked for, used or not; none where none was begun. */
export async function findLastAsked(database: Database, scope: Scope, connection: string): Promise<readonly string[]> {
  const rows = await queryInScope<{ scopes: readonly string[] }>(database, scope, {
    name: "find_last_asked_scopes",
    text: `select scopes from steward.connect_states where project = $1 and connection = $2
      order by created_at desc limit 1`,
    values: [scope.project, connection],
  });
  return rows[0]?.scopes ?? [];
}

/** Uses it up: true for one caller, once, and only in time. */
export async function useConnectState(database: Database, scope: Scope, hash: Buffer, nowMs: number): Promise<boolean> {
  const rows = await queryInScope(database, scope, {
    name: "use_connect_state",
    text: `update steward.connect_states set used_at = to_timestamp($3)
      where project = $1 and hash = $2 and used_at is null and expires_at > to_timestamp($3) returning hash`,
    values: [scope.project, hash, nowMs / 1000],
  });
  return rows.length === 1;
}

/** Gone with whatever could come back of them: when a connection's next consent begins, or it is disconnected. */
export async function deleteConnectStates(tx: Transaction, project: string, connection: string): Promise<void> {
  await tx.query({
    name: "delete_connect_states",
    text: "delete from steward.connect_states where project = $1 and connection = $2",
    values: [project, connection],
  });
}

/** What is kept of a consent by code changes with each question. */
export async function setStateVerifier(
  database: Database,
  scope: Scope,
  hash: Buffer,
  verifier: Buffer,
): Promise<void> {
  await queryInScope(database, scope, {
    name: "set_state_verifier",
    text: "update steward.connect_states set verifier = $3 where project = $1 and hash = $2 and used_at is null",
    values: [scope.project, hash, verifier],
  });
}
