import type { Organization } from "@steward/sdk";
import { listOrganizationAccess } from "../store/access.ts";
import { readOrganizations } from "../store/organizations.ts";
import type { Page } from "./page.ts";
import type { PeopleParts } from "./people-parts.ts";
import { permissionsOf } from "./permissions-of.ts";
import { showRole } from "./role-ref.ts";
import { showOrganization } from "./show-organization.ts";

/** The organizations that a person is in, oldest first, all in one page; a deleted one for those who may bring it back. */
export async function listOrganizations(
  parts: Pick<PeopleParts, "dispatch" | "database">,
  account: string,
): Promise<Page<Organization>> {
  const standings = (await listOrganizationAccess(parts.dispatch, account)).filter(
    (row) => row.deletedAt === null || permissionsOf(row).has("organization.delete"),
  );
  const rows = await readOrganizations(
    parts.database,
    standings.map((one) => one.organization),
  );
  const items = standings.flatMap((one) => {
    const row = rows.get(one.organization);
    return row === undefined ? [] : [showOrganization(row, showRole(one), permissionsOf(one))];
  });
  return { items, next: null };
}
