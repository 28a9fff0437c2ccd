import { forgetInOrganization, listPastOrganizations } from "../store/forgotten-people.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import type { PeopleParts } from "./people-parts.ts";

/** Erases the name and address of a person from every organization they were in. Ids stay: they say nothing by themselves. May be repeated. */
export async function forgetPerson(
  { database, dispatch }: Pick<PeopleParts, "database" | "dispatch">,
  account: string,
): Promise<void> {
  for (const organization of await listPastOrganizations(dispatch, account)) {
    await inScope(database, organizationScope(organization), async (tx) => {
      for (const statement of forgetInOrganization(organization, account)) await tx.query(statement);
    });
  }
}
