import { textsOf } from "../core/approval/people-of.ts";
import { showId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { permissionsOf, type Permissions } from "../people/permissions-of.ts";
import { findProjectPeople, listProjectPeople, type ProjectPerson } from "../store/project-people.ts";
import type { Scope } from "../store/scope.ts";

/** A person as they stand in the project now. */
export interface PersonThere {
  readonly account: string;
  readonly name: string;
  readonly email: string | null;
  readonly permissions: Permissions;
  /** By which parties of approvals name them; nothing when they may not decide. */
  readonly texts: ReadonlySet<string>;
}

/** Those who are members now, and may decide or not; asked when it counts, since a role may have gone meanwhile. */
export async function readPeople(
  tx: Transaction,
  scope: Scope,
  accounts: readonly string[],
): Promise<ReadonlyMap<string, PersonThere>> {
  const rows = accounts.length === 0 ? [] : await findProjectPeople(tx, scope, accounts);
  return new Map(rows.map((row) => [row.account, personOf(row)]));
}

/** Persons looked at for those whom a party names. */
const PEOPLE_MAX = 5000;

export async function listPeople(tx: Transaction, scope: Scope): Promise<readonly PersonThere[]> {
  return (await listProjectPeople(tx, scope, PEOPLE_MAX)).map(personOf);
}

function personOf(row: ProjectPerson): PersonThere {
  const { account, name, email } = row;
  const permissions = permissionsOf(row);
  const standing = { account: showId("acc", account), role: roleOf(row), mayGrant: permissions.has("grant.write") };
  const texts = permissions.has("approval.decide") ? textsOf(standing) : new Set<string>();
  return { account, name, email, permissions, texts };
}

function roleOf({ role, projectRole, customRole }: ProjectPerson): string | null {
  const counting = projectRole ?? role;
  if (counting === "none") return null;
  return counting === "custom" && customRole !== null ? showId("rol", customRole) : counting;
}
