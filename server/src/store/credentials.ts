import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

export type CredentialKind = "bearer" | "basic" | "header" | "secret";

/** A credential without its secret. */
export interface CredentialFacts {
  readonly slug: string;
  readonly kind: CredentialKind;
  /** Name of the header that carries it, for kind `header`. */
  readonly header: string | null;
  /** Hosts it may be sent to, normalized; none for `secret`, which is never sent. */
  readonly hosts: readonly string[];
  readonly setAt: number;
  readonly setBy: string;
}

/**
 * A credential as stored. `secret` is sealed under the purpose `credential` at this row's id (16 bytes); it
 * holds UTF-8 text: the token of `bearer`, `user:password` of `basic` (RFC 7617), the value of
 * `header`, the secret of `secret`. Only the gate opens it.
 */
export interface CredentialRow extends CredentialFacts {
  readonly id: string;
  readonly secret: Buffer;
}

const FACTS = `slug, kind, header, hosts, set_at as "setAt", set_by as "setBy"`;

/** Sets a credential; one of the same slug is gone with its secret, its id too. */
export function putCredential(scope: Scope, row: CredentialRow): Statement {
  return {
    name: "put_credential",
    text: `insert into steward.credentials (organization, project, id, slug, kind, header, hosts, secret, set_at, set_by)
      values ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9), $10)
      on conflict (project, slug) do update set id = excluded.id, kind = excluded.kind, header = excluded.header,
        hosts = excluded.hosts, secret = excluded.secret, set_at = excluded.set_at, set_by = excluded.set_by`,
    values: [
      scope.organization,
      scope.project,
      row.id,
      row.slug,
      row.kind,
      row.header,
      row.hosts,
      row.secret,
      row.setAt / 1000,
      row.setBy,
    ],
  };
}

/** One probe of the unique index on project and slug: asked at every use, so that a change counts at once. */
export async function findCredential(database: Database, scope: Scope, slug: string): Promise<CredentialRow | null> {
  const rows = await queryInScope<CredentialRow>(database, scope, {
    name: "find_credential",
    text: `select id, ${FACTS}, secret from steward.credentials where project = $1 and slug = $2`,
    values: [scope.project, slug],
  });
  return rows[0] ?? null;
}

/** By slug, after the one given. */
export function listCredentials(
  database: Database,
  scope: Scope,
  page: { readonly after: string | null; readonly limit: number },
): Promise<readonly CredentialFacts[]> {
  return queryInScope<CredentialFacts>(database, scope, {
    name: "list_credentials",
    text: `select ${FACTS} from steward.credentials where project = $1 and slug > $2 order by slug limit $3`,
    values: [scope.project, page.after ?? "", page.limit],
  });
}

/** Gives the UUID that it had; null when there was none. */
export async function deleteCredential(tx: Transaction, scope: Scope, slug: string): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>({
    name: "delete_credential",
    text: "delete from steward.credentials where project = $1 and slug = $2 returning id",
    values: [scope.project, slug],
  });
  return rows[0]?.id ?? null;
}
