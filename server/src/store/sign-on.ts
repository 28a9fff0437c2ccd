/** How organizations' people sign on: providers, mail domains, roles. In the scope of their organization, but for what dispatch finds. */
import type { Database, Statement, Transaction } from "../core/ports/database.ts";

export interface ConnectionRow {
  readonly id: string;
  readonly kind: "oidc" | "saml";
  readonly name: string;
  readonly enabled: boolean;
  readonly issuer: string;
  readonly clientId: string | null;
  /** Sealed under the installation's own keys. */
  readonly clientSecret: Buffer | null;
  readonly signOnUrl: string | null;
  readonly certificates: readonly string[] | null;
  readonly emailAttribute: string | null;
  readonly nameAttribute: string | null;
  readonly groupsAttribute: string | null;
  readonly trustsSecondFactor: boolean;
  /** What whoever set it might do; null for an owner. */
  readonly reach: readonly string[] | null;
  readonly setBy: string;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly usedAt: number | null;
}

const CONNECTION = `id, kind, name, enabled, issuer, client_id as "clientId", client_secret as "clientSecret",
  sign_on_url as "signOnUrl", certificates, email_attribute as "emailAttribute", name_attribute as "nameAttribute",
  groups_attribute as "groupsAttribute", trusts_second_factor as "trustsSecondFactor", reach, set_by as "setBy",
  created_at as "createdAt", changed_at as "changedAt", used_at as "usedAt"`;

/** Adds a provider, or sets what may change of one that is there. */
export function putConnection(organization: string, row: Omit<ConnectionRow, "usedAt">): Statement {
  return {
    name: "put_sign_on_connection",
    text: `insert into steward.sign_on_connections (organization, id, kind, name, enabled, issuer, client_id, client_secret,
        sign_on_url, certificates, email_attribute, name_attribute, groups_attribute, trusts_second_factor, reach, set_by,
        created_at, changed_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, to_timestamp($17), to_timestamp($18))
      on conflict (organization, id) do update set name = excluded.name, enabled = excluded.enabled,
        issuer = excluded.issuer, client_id = excluded.client_id, client_secret = excluded.client_secret,
        sign_on_url = excluded.sign_on_url, certificates = excluded.certificates,
        email_attribute = excluded.email_attribute, name_attribute = excluded.name_attribute,
        groups_attribute = excluded.groups_attribute, trusts_second_factor = excluded.trusts_second_factor,
        reach = excluded.reach, set_by = excluded.set_by, changed_at = excluded.changed_at`,
    values: [
      organization,
      row.id,
      row.kind,
      row.name,
      row.enabled,
      row.issuer,
      row.clientId,
      row.clientSecret,
      row.signOnUrl,
      row.certificates,
      row.emailAttribute,
      row.nameAttribute,
      row.groupsAttribute,
      row.trustsSecondFactor,
      row.reach,
      row.setBy,
      row.createdAt / 1000,
      row.changedAt / 1000,
    ],
  };
}

/** By age. There are few: their number is limited. */
export async function listConnections(tx: Transaction, organization: string): Promise<readonly ConnectionRow[]> {
  const { rows } = await tx.query<ConnectionRow>({
    name: "list_sign_on_connections",
    text: `select ${CONNECTION} from steward.sign_on_connections where organization = $1 order by id`,
    values: [organization],
  });
  return rows;
}

export async function findConnection(tx: Transaction, organization: string, id: string): Promise<ConnectionRow | null> {
  const { rows } = await tx.query<ConnectionRow>({
    name: "find_sign_on_connection",
    text: `select ${CONNECTION} from steward.sign_on_connections where organization = $1 and id = $2`,
    values: [organization, id],
  });
  return rows[0] ?? null;
}

export function deleteConnection(organization: string, id: string): Statement {
  return {
    name: "delete_sign_on_connection",
    text: "delete from steward.sign_on_connections where organization = $1 and id = $2",
    values: [organization, id],
  };
}

export function noteConnectionUsed(organization: string, id: string, atMs: number): Statement {
  return {
    name: "note_sign_on_connection_used",
    text: "update steward.sign_on_connections set used_at = to_timestamp($3) where organization = $1 and id = $2",
    values: [organization, id, atMs / 1000],
  };
}

/** Where a provider is kept. */
export interface ConnectionPlace {
  readonly organization: string;
  readonly id: string;
}

/** An enabled provider of an organization that is there. As steward_dispatch. Unique key on id. */
export async function findConnectionPlace(dispatch: Database, id: string): Promise<ConnectionPlace | null> {
  const { rows } = await dispatch.query<ConnectionPlace>({
    name: "find_sign_on_connection_place",
    text: `select c.organization, c.id from steward.sign_on_connections c
      join steward.organizations o on o.id = c.organization and o.deleted_at is null where c.id = $1 and c.enabled`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** The first enabled provider of the organization that holds the domain. As steward_dispatch. Index sign_on_domains_verified. */
export async function findConnectionOfDomain(dispatch: Database, domain: string): Promise<ConnectionPlace | null> {
  const { rows } = await dispatch.query<ConnectionPlace>({
    name: "find_sign_on_connection_of_domain",
    text: `select c.organization, c.id from steward.sign_on_domains d
      join steward.organizations o on o.id = d.organization and o.deleted_at is null
      join steward.sign_on_connections c on c.organization = d.organization and c.enabled
      where d.domain = $1 and d.verified_at is not null order by c.id limit 1`,
    values: [domain],
  });
  return rows[0] ?? null;
}

/** Who holds the domain, and whether its people come in by sign-on only. As steward_dispatch. */
export async function findHolder(
  dispatch: Database,
  domain: string,
): Promise<{ readonly organization: string; readonly enforced: boolean } | null> {
  const { rows } = await dispatch.query<{ organization: string; enforced: boolean }>({
    name: "find_sign_on_holder",
    text: `select d.organization, o.sign_on_enforced as enforced from steward.sign_on_domains d
      join steward.organizations o on o.id = d.organization and o.deleted_at is null
      where d.domain = $1 and d.verified_at is not null`,
    values: [domain],
  });
  return rows[0] ?? null;
}

/** A role that is given to who comes. */
export interface GivenRoleRow {
  readonly role: string;
  readonly customRole: string | null;
}

export interface GroupRoleRow extends GivenRoleRow {
  readonly group: string;
}

/** Null while none was set. */
export async function readDefaultRole(tx: Transaction, organization: string): Promise<GivenRoleRow | null> {
  const { rows } = await tx.query<GivenRoleRow>({
    name: "read_sign_on_default_role",
    text: `select role, custom_role as "customRole" from steward.sign_on_settings where organization = $1`,
    values: [organization],
  });
  return rows[0] ?? null;
}

/** In the order in which they count. */
export async function listGroupRoles(tx: Transaction, organization: string): Promise<readonly GroupRoleRow[]> {
  const { rows } = await tx.query<GroupRoleRow>({
    name: "list_sign_on_group_roles",
    text: `select group_name as "group", role, custom_role as "customRole" from steward.sign_on_group_roles
      where organization = $1 order by rank`,
    values: [organization],
  });
  return rows;
}

/** Sets what there is to set of roles, in place of what was. */
export function setRoles(
  organization: string,
  { role, customRole }: GivenRoleRow,
  groups: readonly GroupRoleRow[],
): readonly Statement[] {
  return [
    {
      name: "put_sign_on_settings",
      text: `insert into steward.sign_on_settings (organization, role, custom_role) values ($1, $2, $3)
        on conflict (organization) do update set role = excluded.role, custom_role = excluded.custom_role`,
      values: [organization, role, customRole],
    },
    {
      name: "delete_sign_on_group_roles",
      text: "delete from steward.sign_on_group_roles where organization = $1",
      values: [organization],
    },
    {
      name: "insert_sign_on_group_roles",
      text: `insert into steward.sign_on_group_roles (organization, group_name, rank, role, custom_role)
        select $1, g.name, g.rank, g.role, g.custom_role
        from unnest($2::text[], $3::int[], $4::text[], $5::uuid[]) as g(name, rank, role, custom_role)`,
      values: [
        organization,
        groups.map((one) => one.group),
        groups.map((_one, rank) => rank),
        groups.map((one) => one.role),
        groups.map((one) => one.customRole),
      ],
    },
  ];
}

/** Lets people in by sign-on only, or no longer. In the organization's scope. */
export function setEnforced(organization: string, enforced: boolean): Statement {
  return {
    name: "set_sign_on_enforced",
    text: "update steward.organizations set sign_on_enforced = $2 where id = $1",
    values: [organization, enforced],
  };
}

/** Whether this account was a member and is none now. In the organization's scope. */
export async function wasMember(tx: Transaction, organization: string, account: string): Promise<boolean> {
  const { count } = await tx.query({
    name: "was_member",
    text: `select from steward.members where organization = $1 and account = $2 and removed_at is not null limit 1`,
    values: [organization, account],
  });
  return count > 0;
}

/** In the organization's scope. */
export async function readEnforced(tx: Transaction, organization: string): Promise<boolean> {
  const { rows } = await tx.query<{ enforced: boolean }>({
    name: "read_sign_on_enforced",
    text: "select sign_on_enforced as enforced from steward.organizations where id = $1",
    values: [organization],
  });
  return rows[0]?.enforced ?? false;
}
