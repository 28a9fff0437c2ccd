import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { queryInScope, scopeStatement, type Scope } from "./scope.ts";

export interface NewOrganization {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}

export interface OrganizationRow extends NewOrganization {
  readonly secondFactorRequired: boolean;
  readonly signOnEnforced: boolean;
  readonly region: string | null;
  readonly deletedAt: number | null;
}

const ROW = `id, name, second_factor_required as "secondFactorRequired", sign_on_enforced as "signOnEnforced", region,
  created_at as "createdAt", deleted_at as "deletedAt"`;

/** The scope of an organization's own rows: it shows those of no project. */
export function organizationScope(organization: string): Scope {
  return { organization, project: "" };
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
  const rows = await queryInScope(database, scope, findOrganizationStatement(scope.organization));
  return rows[0] ?? null;
}

export function findOrganizationStatement(id: string): Statement<{ id: string; name: string }> {
  return { name: "find_organization", text: "select id, name from steward.organizations where id = $1", values: [id] };
}

/** What an organization asks of sessions; null when it is none or deleted. In its scope, or a project's of it. */
export async function findOrganizationRules(
  tx: Transaction,
  id: string,
): Promise<Pick<OrganizationRow, "secondFactorRequired" | "signOnEnforced"> | null> {
  const { rows } = await tx.query<Pick<OrganizationRow, "secondFactorRequired" | "signOnEnforced">>({
    name: "find_organization_rules",
    text: `select second_factor_required as "secondFactorRequired", sign_on_enforced as "signOnEnforced"
      from steward.organizations where id = $1 and deleted_at is null`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** Organizations by id, deleted ones too, each read in its own scope, in one round trip. At most 100. */
export async function readOrganizations(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, OrganizationRow>> {
  const reads = ids
    .slice(0, 100)
    .flatMap((id): Statement<object>[] => [
      scopeStatement(organizationScope(id)),
      { name: "read_organization", text: `select ${ROW} from steward.organizations where id = $1`, values: [id] },
    ]);
  if (reads.length === 0) return new Map();
  const results = await database.pipeline(reads);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every second statement reads organizations
  const found = results.flatMap(({ rows }, at) => (at % 2 === 1 ? (rows as readonly OrganizationRow[]) : []));
  return new Map(found.map((row) => [row.id, row]));
}

/**
 * The organization, locked until the transaction ends: whoever changes who may do what in it holds this first, so that
 * two changes see each other. In its scope. Rows that refer to it may be added meanwhile.
 */
export async function lockOrganization(tx: Transaction, id: string): Promise<OrganizationRow | null> {
  const { rows } = await tx.query<OrganizationRow>({
    name: "lock_organization",
    text: `select ${ROW} from steward.organizations where id = $1 for no key update`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** Sets what a person may change of an organization. In its scope. */
export function updateOrganization({
  id,
  name,
  secondFactorRequired,
  region,
}: Pick<OrganizationRow, "id" | "name" | "secondFactorRequired" | "region">): Statement {
  return {
    name: "update_organization",
    text: "update steward.organizations set name = $2, second_factor_required = $3, region = $4 where id = $1",
    values: [id, name, secondFactorRequired, region],
  };
}

/** Says that its key is to be destroyed, once: from then on it is not brought back. In its scope. */
export function setOrganizationShredded(id: string, atMs: number): Statement {
  return {
    name: "set_organization_shredded",
    text: "update steward.organizations set shredded_at = to_timestamp($2) where id = $1 and shredded_at is null",
    values: [id, atMs / 1000],
  };
}

/** Marks it as deleted, or takes that back with null; changes nothing once its key is to be destroyed. In its scope. */
export function setOrganizationDeleted(id: string, deletedAt: number | null): Statement {
  return {
    name: "set_organization_deleted",
    text: "update steward.organizations set deleted_at = to_timestamp($2) where id = $1 and shredded_at is null",
    values: [id, deletedAt === null ? null : deletedAt / 1000],
  };
}
