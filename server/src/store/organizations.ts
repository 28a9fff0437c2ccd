import type { Database, Statement } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

export interface NewOrganization {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}

/** In the organization's own scope. */
export function insertOrganization(organization: NewOrganization): Statement {
  return {
    name: "insert_organization",
    text: "insert into steward.organizations (id, name, created_at) values ($1, $2, to_timestamp($3))",
    values: [organization.id, organization.name, organization.createdAt / 1000],
  };
}

export async function findOrganization(
  database: Database,
  scope: Scope,
): Promise<{ readonly id: string; readonly name: string } | null> {
  const rows = await queryInScope<{ id: string; name: string }>(database, scope, {
    name: "find_organization",
    text: "select id, name from steward.organizations where id = $1",
    values: [scope.organization],
  });
  return rows[0] ?? null;
}
