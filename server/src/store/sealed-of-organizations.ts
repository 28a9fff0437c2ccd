/** Columns of organizations' rows that are sealed under the installation's own keys; ids of rows are `organization` and `id`. */
import type { Database, Transaction } from "../core/ports/database.ts";
import { organizationScope } from "./organizations.ts";
import { scopeStatement } from "./scope.ts";

/** Names of the program's own, never of a caller's. */
export interface OrganizationColumn {
  readonly table: string;
  readonly column: string;
}

export interface OrganizationRowId {
  readonly organization: string;
  readonly id: string;
}

/** Rows of all organizations after the one given, sealed or not. As steward_dispatch. */
export async function listSealedRows(
  dispatch: Database,
  { table }: OrganizationColumn,
  after: OrganizationRowId | null,
  limit: number,
): Promise<readonly OrganizationRowId[]> {
  const { rows } = await dispatch.query<OrganizationRowId>({
    name: `list_sealed_${table}`,
    text: `select organization, id from steward.${table}
      where $1::uuid is null or (organization, id) > ($1::uuid, $2::uuid) order by organization, id limit $3`,
    values: [after?.organization ?? null, after?.id ?? null, limit],
  });
  return rows;
}

/** What is sealed of a row; null for nothing. Leaves the transaction in the organization's scope. */
export async function readSealed(
  tx: Transaction,
  { table, column }: OrganizationColumn,
  { organization, id }: OrganizationRowId,
): Promise<Buffer | null> {
  await tx.query(scopeStatement(organizationScope(organization)));
  const { rows } = await tx.query<{ sealed: Buffer | null }>({
    name: `read_sealed_${table}`,
    text: `select ${column} as sealed from steward.${table} where organization = $1 and id = $2`,
    values: [organization, id],
  });
  return rows[0]?.sealed ?? null;
}

/** Puts other bytes where the ones given still are; gives whether they were. In the organization's scope. */
export async function replaceSealed(
  tx: Transaction,
  { table, column }: OrganizationColumn,
  { organization, id }: OrganizationRowId,
  { before, after }: { readonly before: Buffer; readonly after: Buffer },
): Promise<boolean> {
  const { count } = await tx.query({
    name: `replace_sealed_${table}`,
    text: `update steward.${table} set ${column} = $4 where organization = $1 and id = $2 and ${column} = $3`,
    values: [organization, id, before, after],
  });
  return count === 1;
}
