import { isUniqueViolation } from "../core/ports/database.ts";
import { listPastOrganizations } from "../store/forgotten-people.ts";
import { setPerson } from "../store/members.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import type { PeopleParts } from "./people-parts.ts";

/**
 * Gives a person's rows in every organization that they are or were in their present name and address (PROMISES F2). An
 * organization in which another member has the address keeps the old one. May be repeated.
 */
export async function refreshPerson(
  { database, dispatch, identity }: Pick<PeopleParts, "database" | "dispatch" | "identity">,
  account: string,
): Promise<void> {
  const person = await identity?.findAccount(account);
  if (!person) return;
  const { name } = person;
  for (const organization of await listPastOrganizations(dispatch, account)) {
    const set = async (email: string | null): Promise<void> => {
      const statement = setPerson(organization, account, { name, email });
      await inScope(database, organizationScope(organization), async (tx) => void (await tx.query(statement)));
    };
    await set(person.email).catch(async (error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      await set(null);
    });
  }
}
