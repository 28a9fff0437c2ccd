import type { Database, Statement } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** Another role for a member inside one project. */
export interface ProjectMemberRow {
  readonly project: string;
  readonly member: string;
  /** `none` keeps them out. */
  readonly role: string;
  readonly customRole: string | null;
  readonly setAt: number;
}

/** Sets it, whatever it was. In the scope of the organization. */
export function upsertProjectMember(organization: string, row: ProjectMemberRow): Statement {
  return {
    name: "upsert_project_member",
    text: `insert into steward.project_members (organization, project, member, role, custom_role, set_at)
      values ($1, $2, $3, $4, $5, to_timestamp($6))
      on conflict (project, member) do update set role = excluded.role, custom_role = excluded.custom_role, set_at = excluded.set_at`,
    values: [organization, row.project, row.member, row.role, row.customRole, row.setAt / 1000],
  };
}

/** Gives a row when there was one. In the scope of the organization. */
export function deleteProjectMember(organization: string, project: string, member: string): Statement {
  return {
    name: "delete_project_member",
    text: "delete from steward.project_members where organization = $1 and project = $2 and member = $3 returning member",
    values: [organization, project, member],
  };
}

/** All that a member has in projects. In the scope of the organization. */
export function deleteProjectRoles(organization: string, member: string): Statement {
  return {
    name: "delete_project_roles",
    text: "delete from steward.project_members where organization = $1 and member = $2",
    values: [organization, member],
  };
}

/** Of one project, by member after the one given. */
export function listProjectMembers(
  database: Database,
  scope: Scope,
  project: string,
  page: { readonly after: string | null; readonly limit: number },
): Promise<readonly ProjectMemberRow[]> {
  return queryInScope<ProjectMemberRow>(database, scope, {
    name: "list_project_members",
    text: `select project, member, role, custom_role as "customRole", set_at as "setAt" from steward.project_members
      where organization = $1 and project = $2 and ($3::uuid is null or member > $3) order by member limit $4`,
    values: [scope.organization, project, page.after, page.limit],
  });
}
