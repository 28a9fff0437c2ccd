/** What SCIM clients told organizations of their people (RFC 7643). In the scope of the organization. */
import type { Statement, Transaction } from "../core/ports/database.ts";

export interface ScimUserRow {
  readonly id: string;
  readonly account: string;
  readonly userName: string;
  readonly externalId: string | null;
  readonly displayName: string;
  readonly active: boolean;
  readonly createdAt: number;
  readonly changedAt: number;
}

const USER = `id, account, user_name as "userName", external_id as "externalId", display_name as "displayName", active,
  created_at as "createdAt", changed_at as "changedAt"`;

/** Adds a person, or sets what may change of one that is there. Violates a unique key when the name or external id is taken. */
export function putScimUser(organization: string, row: ScimUserRow): Statement {
  return {
    name: "put_scim_user",
    text: `insert into steward.scim_users (organization, id, account, user_name, external_id, display_name, active, created_at, changed_at)
      values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8), to_timestamp($9))
      on conflict (organization, id) do update set user_name = excluded.user_name, external_id = excluded.external_id,
        display_name = excluded.display_name, active = excluded.active, changed_at = excluded.changed_at`,
    values: [
      organization,
      row.id,
      row.account,
      row.userName,
      row.externalId,
      row.displayName,
      row.active,
      row.createdAt / 1000,
      row.changedAt / 1000,
    ],
  };
}

/** What is looked for; null for all. */
export interface ScimFilter {
  readonly by: "userName" | "externalId" | "displayName";
  readonly value: string;
}

export interface ScimPage {
  readonly filter: ScimFilter | null;
  /** Rows before the first one. */
  readonly skip: number;
  readonly limit: number;
}

const byName = (filter: ScimFilter | null, name: ScimFilter["by"]): string | null =>
  filter?.by === name ? filter.value : null;

/** By age. */
export async function listScimUsers(
  tx: Transaction,
  organization: string,
  { filter, skip, limit }: ScimPage,
): Promise<{ readonly rows: readonly ScimUserRow[]; readonly total: number }> {
  const wanted = "($2::text is null or lower(user_name) = lower($2)) and ($3::text is null or external_id = $3)";
  const values = [organization, byName(filter, "userName"), byName(filter, "externalId")];
  const { rows } = await tx.query<ScimUserRow>({
    name: "list_scim_users",
    text: `select ${USER} from steward.scim_users where organization = $1 and ${wanted} order by id offset $4 limit $5`,
    values: [...values, skip, limit],
  });
  const counted = await tx.query<{ total: number }>({
    name: "count_scim_users",
    text: `select count(*) as total from steward.scim_users where organization = $1 and ${wanted}`,
    values,
  });
  return { rows, total: counted.rows[0]?.total ?? 0 };
}

export async function findScimUser(tx: Transaction, organization: string, id: string): Promise<ScimUserRow | null> {
  const { rows } = await tx.query<ScimUserRow>({
    name: "find_scim_user",
    text: `select ${USER} from steward.scim_users where organization = $1 and id = $2`,
    values: [organization, id],
  });
  return rows[0] ?? null;
}

export function deleteScimUser(organization: string, id: string): Statement {
  return {
    name: "delete_scim_user",
    text: "delete from steward.scim_users where organization = $1 and id = $2",
    values: [organization, id],
  };
}
