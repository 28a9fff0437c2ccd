import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { LAST_RESERVED } from "./installation.ts";
import { queryInScope, type Scope } from "./scope.ts";

export interface NewProject {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly timeZone: string;
  /** The label of the stores and workers that its data and runs stay on; null for where its organization's do. */
  readonly region?: string | null;
  readonly createdAt: number;
}

export interface ProjectRow extends NewProject {
  readonly region: string | null;
  readonly deletedAt: number | null;
  /** When its keys were destroyed, for good. */
  readonly shreddedAt: number | null;
  /** Whether all which follows that is done. */
  readonly shredEnded: boolean;
}

/** A project and what a member is in it, where that differs from what they are in the organization. */
export interface ProjectOfMember extends ProjectRow {
  /** `none` keeps them out. */
  readonly projectRole: string | null;
  readonly projectCustomRole: string | null;
  readonly projectPermissions: readonly string[] | null;
}

const ROW = `p.id, p.slug, p.name, p.time_zone as "timeZone", p.region, p.created_at as "createdAt", p.deleted_at as "deletedAt",
  p.shredded_at as "shreddedAt", p.shred_ended_at is not null as "shredEnded"`;

/** In the scope of its organization. */
export function insertProject(organization: string, project: NewProject): Statement {
  return {
    name: "insert_project",
    text: `insert into steward.projects (organization, id, slug, name, time_zone, created_at, region)
      values ($1, $2, $3, $4, $5, to_timestamp($6), $7)`,
    values: [
      organization,
      project.id,
      project.slug,
      project.name,
      project.timeZone,
      project.createdAt / 1000,
      project.region ?? null,
    ],
  };
}

/** Deleted ones too. */
export async function findProject(database: Database, scope: Scope): Promise<ProjectRow | null> {
  const rows = await queryInScope<ProjectRow>(database, scope, {
    name: "find_project",
    text: `select ${ROW} from steward.projects p where organization = $1 and id = $2`,
    values: [scope.organization, scope.project],
  });
  return rows[0] ?? null;
}

/** The oldest project that people made, or null when there is none yet: neither the installation's nor a proof's. As steward_dispatch. */
export async function findFirstProject(dispatch: Database): Promise<Scope | null> {
  const { rows } = await dispatch.query<Scope>({
    name: "find_first_project",
    text: "select organization, id as project from steward.projects where organization > $1 order by id limit 1",
    values: [LAST_RESERVED],
  });
  return rows[0] ?? null;
}

/**
 * The organization's projects by id after the one given, deleted ones too until they are purged, with the member's standing in each. In its
 * scope. Unique index on organization and id for the join; at most `limit`.
 */
export function projectsOfMember(
  organization: string,
  member: string,
  page: { readonly after: string | null; readonly limit: number },
): Statement<ProjectOfMember> {
  return {
    name: "projects_of_member",
    text: `select ${ROW}, pm.role as "projectRole", pm.custom_role as "projectCustomRole", r.permissions as "projectPermissions"
      from steward.projects p
      left join steward.project_members pm on pm.project = p.id and pm.member = $2
      left join steward.roles r on r.organization = p.organization and r.id = pm.custom_role
      where p.organization = $1 and p.purged_at is null and ($3::uuid is null or p.id > $3) order by p.id limit $4`,
    values: [organization, member, page.after, page.limit],
  };
}

/** One project as above; null when the organization has none by this id. In its scope. */
export async function findProjectOfMember(
  tx: Transaction,
  organization: string,
  member: string,
  project: string,
): Promise<ProjectOfMember | null> {
  const { rows } = await tx.query<ProjectOfMember>({
    name: "find_project_of_member",
    text: `select ${ROW}, pm.role as "projectRole", pm.custom_role as "projectCustomRole", r.permissions as "projectPermissions"
      from steward.projects p
      left join steward.project_members pm on pm.project = p.id and pm.member = $2
      left join steward.roles r on r.organization = p.organization and r.id = pm.custom_role
      where p.organization = $1 and p.id = $3 and p.purged_at is null`,
    values: [organization, member, project],
  });
  return rows[0] ?? null;
}

/** In the scope of its organization. */
export async function countProjects(tx: Transaction, organization: string): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    name: "count_projects",
    text: "select count(*) as count from steward.projects where organization = $1 and purged_at is null",
    values: [organization],
  });
  return rows[0]?.count ?? 0;
}

/** Sets what a person may change of a project. In the scope of its organization. */
export function updateProject(project: Pick<ProjectRow, "id" | "name" | "timeZone" | "region">): Statement {
  return {
    name: "update_project",
    text: "update steward.projects set name = $2, time_zone = $3, region = $4 where id = $1",
    values: [project.id, project.name, project.timeZone, project.region],
  };
}

/** Marks it as deleted, or takes that back with null. In the scope of its organization. */
export function setProjectDeleted(id: string, deletedAt: number | null): Statement {
  return {
    name: "set_project_deleted",
    text: "update steward.projects set deleted_at = to_timestamp($2) where id = $1",
    values: [id, deletedAt === null ? null : deletedAt / 1000],
  };
}

/** Marks its keys as destroyed; changes nothing when they are. In the scope of its organization. */
export function setProjectShredded(id: string, atMs: number): Statement {
  return {
    name: "set_project_shredded",
    text: "update steward.projects set shredded_at = to_timestamp($2) where id = $1 and shredded_at is null",
    values: [id, atMs / 1000],
  };
}

/** Says that all which follows the end of the keys is done, once. In the scope of its organization. */
export function setShredEnded(id: string, atMs: number): Statement {
  return {
    name: "set_shred_ended",
    text: "update steward.projects set shred_ended_at = coalesce(shred_ended_at, to_timestamp($2)) where id = $1",
    values: [id, atMs / 1000],
  };
}

export interface ShreddedProject extends Scope {
  /** Whether all which follows the end of the keys was done. */
  readonly ended: boolean;
}

/** Projects whose keys were destroyed, or of these only what is not ended, by id; at most `limit`. As steward_dispatch. */
export async function listShreddedProjects(
  dispatch: Database,
  { after, onlyOpen, limit }: { readonly after: string | null; readonly onlyOpen: boolean; readonly limit: number },
): Promise<readonly ShreddedProject[]> {
  const { rows } = await dispatch.query<ShreddedProject>({
    name: "list_shredded_projects",
    text: `select organization, id as project, shred_ended_at is not null as ended from steward.projects
      where shredded_at is not null and ($1::uuid is null or id > $1) and not ($2 and shred_ended_at is not null)
      order by id limit $3`,
    values: [after, onlyOpen, limit],
  });
  return rows;
}

/** The organization's projects, deleted ones too; at most `limit`. */
export async function listProjectIds(database: Database, scope: Scope, limit: number): Promise<readonly string[]> {
  const rows = await queryInScope<{ id: string }>(database, scope, {
    name: "list_project_ids",
    text: "select id from steward.projects where organization = $1 order by id limit $2",
    values: [scope.organization, limit],
  });
  return rows.map((row) => row.id);
}

/** The project's flows, deleted ones too; at most `limit`. */
export async function listFlowIds(database: Database, scope: Scope, limit: number): Promise<readonly string[]> {
  const rows = await queryInScope<{ id: string }>(database, scope, {
    name: "list_flow_ids",
    text: "select id from steward.flows where project = $1 order by id limit $2",
    values: [scope.project, limit],
  });
  return rows.map((row) => row.id);
}

/** By a deleted project too: it may come back. In the scope of the organization. */
export async function isSlugTaken(tx: Transaction, organization: string, slug: string): Promise<boolean> {
  const { count } = await tx.query({
    name: "is_project_slug_taken",
    text: "select from steward.projects where organization = $1 and slug = $2",
    values: [organization, slug],
  });
  return count > 0;
}
