/** What grants ask of the connections and credentials that they are about. */
import type { Database, Transaction } from "../core/ports/database.ts";
import type { Scope } from "./scope.ts";

export interface ConnectionRefRow {
  readonly id: string;
  readonly slug: string;
  readonly connector: string;
  /** The account whose it is; null: the project's. */
  readonly owner: string | null;
  /** The only flow that may use it. */
  readonly flow: string | null;
}

const ROW = "id, slug, connector, owner, flow";

/** One that was not disconnected, by slug; it stays what it is until the transaction ends. Index connections_slug. */
export async function shareConnection(
  tx: Transaction,
  project: string,
  slug: string,
): Promise<ConnectionRefRow | null> {
  const { rows } = await tx.query<ConnectionRefRow>({
    name: "share_connection",
    text: `select ${ROW} from steward.connections where project = $1 and slug = $2 and status <> 'disconnected' for share`,
    values: [project, slug],
  });
  return rows[0] ?? null;
}

/** Whether it is active; it stays so until the transaction ends. */
export async function shareActive(tx: Transaction, project: string, id: string): Promise<boolean> {
  const { count } = await tx.query({
    name: "share_active_connection",
    text: "select from steward.connections where project = $1 and id = $2 and status = 'active' for share",
    values: [project, id],
  });
  return count === 1;
}

/** By id, disconnected ones too. */
export async function readConnectionRefs(
  tx: Transaction,
  project: string,
  ids: readonly string[],
): Promise<readonly ConnectionRefRow[]> {
  const { rows } = await tx.query<ConnectionRefRow>({
    name: "read_connection_refs",
    text: `select ${ROW} from steward.connections where project = $1 and id = any($2::uuid[])`,
    values: [project, ids],
  });
  return rows;
}

/** By slug, those that were not disconnected. */
export async function readConnectionsBySlug(
  tx: Transaction,
  project: string,
  slugs: readonly string[],
): Promise<readonly ConnectionRefRow[]> {
  const { rows } = await tx.query<ConnectionRefRow>({
    name: "read_connections_by_slug",
    text: `select ${ROW} from steward.connections where project = $1 and slug = any($2) and status <> 'disconnected'`,
    values: [project, slugs],
  });
  return rows;
}

/** Whether there is such a credential that is sent (a `secret` never is); it stays there until the transaction ends. */
export async function shareCredential(tx: Transaction, project: string, slug: string): Promise<boolean> {
  const { count } = await tx.query({
    name: "share_credential",
    text: "select from steward.credentials where project = $1 and slug = $2 and kind <> 'secret' for share",
    values: [project, slug],
  });
  return count > 0;
}

/** Names of flows and agents that are there, by `flow:<slug>` and `agent:<slug>`. */
export async function readFlowNames(
  tx: Transaction,
  project: string,
  slugs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await tx.query<{ slug: string; kind: string; name: string }>({
    name: "read_flow_names",
    text: "select slug, kind, name from steward.flows where project = $1 and slug = any($2) and deleted_at is null",
    values: [project, slugs],
  });
  return new Map(rows.map(({ slug, kind, name }) => [`${kind}:${slug}`, name]));
}

/** The zone that the project's days are of. */
export async function readTimeZone(tx: Transaction, organization: string, project: string): Promise<string> {
  const { rows } = await tx.query<{ timeZone: string }>({
    name: "read_time_zone",
    text: `select time_zone as "timeZone" from steward.projects where organization = $1 and id = $2`,
    values: [organization, project],
  });
  return rows[0]?.timeZone ?? "UTC";
}

/** The UUID of the credential that a grant is on; null of another grant, and where it is gone. */
export async function readCredentialOfGrant(tx: Transaction, project: string, grant: string): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>({
    name: "read_credential_of_grant",
    text: `select c.id from steward.grants g join steward.credentials c on c.project = g.project and c.slug = g.credential
      where g.project = $1 and g.id = $2`,
    values: [project, grant],
  });
  return rows[0]?.id ?? null;
}

/** Where a connection lies that was not disconnected, of a living project. As steward_dispatch; primary key. */
export async function findConnectionPlace(
  dispatch: Database,
  project: string,
  id: string,
): Promise<(Scope & { readonly id: string }) | null> {
  const { rows } = await dispatch.query<Scope & { id: string }>({
    name: "find_connection_place",
    text: `select c.organization, c.project, c.id from steward.connections c
      join steward.projects p on p.id = c.project and p.deleted_at is null and p.shredded_at is null
      join steward.organizations o on o.id = c.organization and o.deleted_at is null
      where c.project = $1 and c.id = $2 and c.status <> 'disconnected'`,
    values: [project, id],
  });
  return rows[0] ?? null;
}
