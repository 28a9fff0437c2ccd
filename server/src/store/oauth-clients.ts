/** A project's own OAuth clients at providers, one for each connector. */
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

export interface OAuthClientFacts {
  readonly id: string;
  readonly connector: string;
  readonly clientId: string;
  readonly setAt: number;
  readonly setBy: string;
}

/** With its secret, sealed under the purpose `credential` at this row's id; null for a public client. */
export interface OAuthClientRow extends OAuthClientFacts {
  readonly secret: Buffer | null;
}

const FACTS = `id, connector, client_id as "clientId", set_at as "setAt", set_by as "setBy"`;

/** All of them: at most one for each connector there is. */
export function listOAuthClients(database: Database, scope: Scope): Promise<readonly OAuthClientFacts[]> {
  return queryInScope<OAuthClientFacts>(database, scope, {
    name: "list_oauth_clients",
    text: `select ${FACTS} from steward.oauth_clients where project = $1 order by connector`,
    values: [scope.project],
  });
}

export async function findOAuthClient(
  database: Database,
  scope: Scope,
  of: { readonly id: string } | { readonly connector: string },
): Promise<OAuthClientRow | null> {
  const byId = "id" in of;
  const rows = await queryInScope<OAuthClientRow>(database, scope, {
    name: byId ? "find_oauth_client_by_id" : "find_oauth_client",
    text: `select ${FACTS}, secret from steward.oauth_clients where project = $1 and ${byId ? "id" : "connector"} = $2`,
    values: [scope.project, byId ? of.id : of.connector],
  });
  return rows[0] ?? null;
}

/** Locked until the transaction ends. */
export async function lockOAuthClient(
  tx: Transaction,
  project: string,
  connector: string,
): Promise<OAuthClientRow | null> {
  const { rows } = await tx.query<OAuthClientRow>({
    name: "lock_oauth_client",
    text: `select ${FACTS}, secret from steward.oauth_clients where project = $1 and connector = $2 for update`,
    values: [project, connector],
  });
  return rows[0] ?? null;
}

/** Sets it; one of the same connector keeps its id only where the given row has it. */
export function putOAuthClient(scope: Scope, row: OAuthClientRow): Statement {
  return {
    name: "put_oauth_client",
    text: `insert into steward.oauth_clients (organization, project, id, connector, client_id, secret, set_at, set_by)
      values ($1, $2, $3, $4, $5, $6, to_timestamp($7), $8)
      on conflict (project, connector) do update set id = excluded.id, client_id = excluded.client_id,
        secret = excluded.secret, set_at = excluded.set_at, set_by = excluded.set_by`,
    values: [
      scope.organization,
      scope.project,
      row.id,
      row.connector,
      row.clientId,
      row.secret,
      row.setAt / 1000,
      row.setBy,
    ],
  };
}

export function deleteOAuthClient(project: string, id: string): Statement {
  return {
    name: "delete_oauth_client",
    text: "delete from steward.oauth_clients where project = $1 and id = $2",
    values: [project, id],
  };
}
