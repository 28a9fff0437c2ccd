import type { Database, Statement } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

export interface ProjectRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly timeZone: string;
  readonly createdAt: number;
}

/** In the scope of its organization. */
export function insertProject(organization: string, project: ProjectRow): Statement {
  return {
    name: "insert_project",
    text: `insert into steward.projects (organization, id, slug, name, time_zone, created_at)
      values ($1, $2, $3, $4, $5, to_timestamp($6))`,
    values: [organization, project.id, project.slug, project.name, project.timeZone, project.createdAt / 1000],
  };
}

export async function findProject(database: Database, scope: Scope): Promise<ProjectRow | null> {
  const rows = await queryInScope<ProjectRow>(database, scope, {
    name: "find_project",
    text: `select id, slug, name, time_zone as "timeZone", created_at as "createdAt" from steward.projects
      where organization = $1 and id = $2`,
    values: [scope.organization, scope.project],
  });
  return rows[0] ?? null;
}

/** The oldest project of the installation, or null when there is none yet. As steward_dispatch. */
export async function findFirstProject(dispatch: Database): Promise<Scope | null> {
  const { rows } = await dispatch.query<Scope>({
    name: "find_first_project",
    text: "select organization, id as project from steward.projects order by id limit 1",
  });
  return rows[0] ?? null;
}
