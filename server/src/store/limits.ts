/** Limits of organizations: they bind every project. Those of a project are in grants.ts. */
import type { Json } from "../core/json.ts";
import type { Statement, Transaction } from "../core/ports/database.ts";
import type { VersionRow } from "./grants.ts";

export interface OrganizationLimitRow {
  readonly id: string;
  readonly form: Json;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** `acc_…` of a person, else as the audit names them. */
  readonly updatedBy: string;
}

const ROW = `id, form, version, created_at as "createdAt", updated_at as "updatedAt", updated_by as "updatedBy"`;

/** Those that stand, the oldest first, at most `limit`. In the organization's scope, or a project's of it. */
export async function listOrganizationLimits(
  tx: Transaction,
  organization: string,
  limit: number,
): Promise<readonly OrganizationLimitRow[]> {
  const { rows } = await tx.query<OrganizationLimitRow>({
    name: "list_organization_limits",
    text: `select ${ROW} from steward.organization_limits
      where organization = $1 and revoked_at is null order by id limit $2`,
    values: [organization, limit],
  });
  return rows;
}

/** Whatever became of it. */
export async function readOrganizationLimit(
  tx: Transaction,
  organization: string,
  id: string,
): Promise<OrganizationLimitRow | null> {
  const { rows } = await tx.query<OrganizationLimitRow>({
    name: "read_organization_limit",
    text: `select ${ROW} from steward.organization_limits where organization = $1 and id = $2`,
    values: [organization, id],
  });
  return rows[0] ?? null;
}

/** One that stands, locked until the transaction ends. */
export async function lockOrganizationLimit(
  tx: Transaction,
  organization: string,
  id: string,
): Promise<OrganizationLimitRow | null> {
  const { rows } = await tx.query<OrganizationLimitRow>({
    name: "lock_organization_limit",
    text: `select ${ROW} from steward.organization_limits
      where organization = $1 and id = $2 and revoked_at is null for update`,
    values: [organization, id],
  });
  return rows[0] ?? null;
}

export function insertOrganizationLimit(
  organization: string,
  row: Pick<OrganizationLimitRow, "id" | "form" | "createdAt" | "updatedBy">,
): readonly Statement[] {
  return [
    {
      name: "insert_organization_limit",
      text: `insert into steward.organization_limits (organization, id, form, created_at, updated_at, updated_by)
        values ($1, $2, $3, to_timestamp($4), to_timestamp($4), $5)`,
      values: [organization, row.id, JSON.stringify(row.form), row.createdAt / 1000, row.updatedBy],
    },
    insertVersion(organization, { ...row, version: 1, updatedAt: row.createdAt }),
  ];
}

function insertVersion(
  organization: string,
  { id, version, form, updatedAt, updatedBy }: Omit<OrganizationLimitRow, "createdAt">,
): Statement {
  return {
    name: "insert_organization_limit_version",
    text: `insert into steward.organization_limit_versions (organization, of_limit, version, form, at, by)
      values ($1, $2, $3, $4, to_timestamp($5), $6)`,
    values: [organization, id, version, JSON.stringify(form), updatedAt / 1000, updatedBy],
  };
}

/** The newest first, below the one given. In the organization's scope, or a project's of it. */
export async function listOrganizationLimitVersions(
  tx: Transaction,
  organization: string,
  limit: string,
  page: { readonly below: number | null; readonly limit: number },
): Promise<readonly VersionRow[]> {
  const { rows } = await tx.query<VersionRow>({
    name: "list_organization_limit_versions",
    text: `select version, form, at, by from steward.organization_limit_versions
      where organization = $1 and of_limit = $2 and ($3::int is null or version < $3) order by version desc limit $4`,
    values: [organization, limit, page.below, page.limit],
  });
  return rows;
}

/** After `lockOrganizationLimit`. */
export function changeOrganizationLimit(
  organization: string,
  row: Omit<OrganizationLimitRow, "createdAt">,
): readonly Statement[] {
  return [
    {
      name: "change_organization_limit",
      text: `update steward.organization_limits set form = $3, version = $4, generation = generation + 1,
        updated_at = to_timestamp($5), updated_by = $6 where organization = $1 and id = $2`,
      values: [organization, row.id, JSON.stringify(row.form), row.version, row.updatedAt / 1000, row.updatedBy],
    },
    insertVersion(organization, row),
  ];
}

export function endOrganizationLimit(organization: string, id: string, atMs: number): Statement {
  return {
    name: "end_organization_limit",
    text: `update steward.organization_limits set revoked_at = to_timestamp($3), generation = generation + 1
      where organization = $1 and id = $2`,
    values: [organization, id, atMs / 1000],
  };
}
