/** Groups that SCIM clients told organizations of (RFC 7643, 4.2). In the scope of the organization. */
import type { Statement, Transaction } from "../core/ports/database.ts";
import type { ScimPage } from "./scim-users.ts";

export interface ScimGroupRow {
  readonly id: string;
  readonly displayName: string;
  readonly externalId: string | null;
  readonly createdAt: number;
  readonly changedAt: number;
}

const GROUP = `id, display_name as "displayName", external_id as "externalId", created_at as "createdAt", changed_at as "changedAt"`;

/** Adds a group, or sets what may change of one that is there. Violates a unique key when the name or external id is taken. */
export function putScimGroup(organization: string, row: ScimGroupRow): Statement {
  return {
    name: "put_scim_group",
    text: `insert into steward.scim_groups (organization, id, display_name, external_id, created_at, changed_at)
      values ($1, $2, $3, $4, to_timestamp($5), to_timestamp($6))
      on conflict (organization, id) do update set display_name = excluded.display_name,
        external_id = excluded.external_id, changed_at = excluded.changed_at`,
    values: [organization, row.id, row.displayName, row.externalId, row.createdAt / 1000, row.changedAt / 1000],
  };
}

/** By age. */
export async function listScimGroups(
  tx: Transaction,
  organization: string,
  { filter, skip, limit }: ScimPage,
): Promise<{ readonly rows: readonly ScimGroupRow[]; readonly total: number }> {
  const wanted = "($2::text is null or display_name = $2) and ($3::text is null or external_id = $3)";
  const values = [
    organization,
    filter?.by === "displayName" ? filter.value : null,
    filter?.by === "externalId" ? filter.value : null,
  ];
  const { rows } = await tx.query<ScimGroupRow>({
    name: "list_scim_groups",
    text: `select ${GROUP} from steward.scim_groups where organization = $1 and ${wanted} order by id offset $4 limit $5`,
    values: [...values, skip, limit],
  });
  const counted = await tx.query<{ total: number }>({
    name: "count_scim_groups",
    text: `select count(*) as total from steward.scim_groups where organization = $1 and ${wanted}`,
    values,
  });
  return { rows, total: counted.rows[0]?.total ?? 0 };
}

export async function findScimGroup(tx: Transaction, organization: string, id: string): Promise<ScimGroupRow | null> {
  const { rows } = await tx.query<ScimGroupRow>({
    name: "find_scim_group",
    text: `select ${GROUP} from steward.scim_groups where organization = $1 and id = $2`,
    values: [organization, id],
  });
  return rows[0] ?? null;
}

export function deleteScimGroup(organization: string, id: string): Statement {
  return {
    name: "delete_scim_group",
    text: "delete from steward.scim_groups where organization = $1 and id = $2",
    values: [organization, id],
  };
}

/** Ids of the people in a group, at most 10,000. */
export async function listGroupUsers(tx: Transaction, organization: string, group: string): Promise<readonly string[]> {
  const { rows } = await tx.query<{ id: string }>({
    name: "list_scim_group_users",
    text: `select user_id as id from steward.scim_group_members where organization = $1 and group_id = $2 order by 1 limit 10000`,
    values: [organization, group],
  });
  return rows.map(({ id }) => id);
}

/** Those of the ids that are people of this organization join the group; the others are nobody. */
export function addGroupUsers(organization: string, group: string, users: readonly string[]): Statement {
  return {
    name: "add_scim_group_users",
    text: `insert into steward.scim_group_members (organization, group_id, user_id)
      select organization, $2, id from steward.scim_users where organization = $1 and id = any($3::uuid[])
      on conflict do nothing`,
    values: [organization, group, users],
  };
}

export function removeGroupUsers(organization: string, group: string, users: readonly string[]): Statement {
  return {
    name: "remove_scim_group_users",
    text: `delete from steward.scim_group_members where organization = $1 and group_id = $2 and user_id = any($3::uuid[])`,
    values: [organization, group, users],
  };
}

/** The names of the groups that a person is in. */
export async function groupsOfAccount(
  tx: Transaction,
  organization: string,
  account: string,
): Promise<readonly string[]> {
  const { rows } = await tx.query<{ name: string }>({
    name: "scim_groups_of_account",
    text: `select g.display_name as name from steward.scim_users u
      join steward.scim_group_members m on m.organization = u.organization and m.user_id = u.id
      join steward.scim_groups g on g.organization = m.organization and g.id = m.group_id
      where u.organization = $1 and u.account = $2 order by 1 limit 1000`,
    values: [organization, account],
  });
  return rows.map(({ name }) => name);
}
