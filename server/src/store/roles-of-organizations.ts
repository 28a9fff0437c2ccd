import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** A list of permissions that an organization gave a name. */
export interface CustomRoleRow {
  readonly id: string;
  readonly name: string;
  /** Names of the table of permissions; one that this program doesn't know gives nothing. */
  readonly permissions: readonly string[];
  readonly createdAt: number;
}

const ROW = `id, name, permissions, created_at as "createdAt"`;

/** In the scope of the organization. */
export function insertRole(organization: string, role: CustomRoleRow): Statement {
  return {
    name: "insert_role",
    text: "insert into steward.roles (organization, id, name, permissions, created_at) values ($1, $2, $3, $4, to_timestamp($5))",
    values: [organization, role.id, role.name, role.permissions, role.createdAt / 1000],
  };
}

/** By id; at most `limit`. */
export function listCustomRoles(database: Database, scope: Scope, limit: number): Promise<readonly CustomRoleRow[]> {
  return queryInScope<CustomRoleRow>(database, scope, {
    name: "list_custom_roles",
    text: `select ${ROW} from steward.roles where organization = $1 order by id limit $2`,
    values: [scope.organization, limit],
  });
}

/** In the scope of the organization. */
export async function findRole(tx: Transaction, organization: string, id: string): Promise<CustomRoleRow | null> {
  const { rows } = await tx.query<CustomRoleRow>({
    name: "find_role",
    text: `select ${ROW} from steward.roles where organization = $1 and id = $2`,
    values: [organization, id],
  });
  return rows[0] ?? null;
}

/** How many roles there are, and whether one but `except` has this name in whatever case. In the organization's scope. */
export async function countRoles(
  tx: Transaction,
  organization: string,
  name: string,
  except: string | null,
): Promise<{ readonly all: number; readonly taken: boolean }> {
  const { rows } = await tx.query<{ all: number; taken: boolean }>({
    name: "count_roles",
    text: `select count(*) as all, coalesce(bool_or(lower(name) = lower($2) and id is distinct from $3), false) as taken
      from steward.roles where organization = $1`,
    values: [organization, name, except],
  });
  return rows[0] ?? { all: 0, taken: false };
}

/** In the scope of the organization. */
export function updateRole(organization: string, role: Pick<CustomRoleRow, "id" | "name" | "permissions">): Statement {
  return {
    name: "update_role",
    text: "update steward.roles set name = $3, permissions = $4 where organization = $1 and id = $2",
    values: [organization, role.id, role.name, role.permissions],
  };
}

/** Whether a member, a project role or an invitation that is open at `nowMs` has the role. In the organization's scope. */
export async function isRoleUsed(tx: Transaction, organization: string, id: string, nowMs: number): Promise<boolean> {
  const { rows } = await tx.query<{ used: boolean }>({
    name: "is_role_used",
    text: `select exists (select from steward.members where organization = $1 and custom_role = $2 and removed_at is null)
      or exists (select from steward.project_members where organization = $1 and custom_role = $2)
      or exists (select from steward.invitations where organization = $1 and custom_role = $2
        and accepted_at is null and revoked_at is null and expires_at > to_timestamp($3)) as used`,
    values: [organization, id, nowMs / 1000],
  });
  return rows[0]?.used ?? false;
}

/**
 * Deletes a role that `isRoleUsed` says nobody has. Members who are gone and invitations that are over forget it: they
 * stand as `viewer` from then on, which gives them nothing. In the organization's scope.
 */
export function deleteRole(organization: string, id: string): readonly Statement[] {
  const values = [organization, id];
  return [
    {
      name: "forget_role_of_members",
      text: `update steward.members set role = 'viewer', custom_role = null
        where organization = $1 and custom_role = $2 and removed_at is not null`,
      values,
    },
    {
      name: "forget_role_of_invitations",
      text: `update steward.invitations set role = 'viewer', custom_role = null
        where organization = $1 and custom_role = $2`,
      values,
    },
    { name: "delete_role", text: "delete from steward.roles where organization = $1 and id = $2", values },
  ];
}
