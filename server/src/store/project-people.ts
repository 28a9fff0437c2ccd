/** Persons of an organization and what each is in one of its projects: who may be asked, and who is told. */
import type { Transaction } from "../core/ports/database.ts";
import type { Scope } from "./scope.ts";

export interface ProjectPerson {
  readonly member: string;
  readonly account: string;
  readonly name: string;
  readonly email: string | null;
  readonly project: string;
  readonly role: string;
  readonly permissions: readonly string[] | null;
  /** What they are in the project, where that differs; `none` keeps them out. */
  readonly projectRole: string | null;
  readonly projectPermissions: readonly string[] | null;
  /** The custom role that counts in the project, else null. */
  readonly customRole: string | null;
}

const PERSON = `m.id as member, m.account, m.name, m.email, $2::uuid as project, m.role, r.permissions,
      pm.role as "projectRole", pr.permissions as "projectPermissions",
      case when pm.member is null then m.custom_role else pm.custom_role end as "customRole"
    from steward.members m
    left join steward.roles r on r.organization = m.organization and r.id = m.custom_role
    left join steward.project_members pm on pm.organization = m.organization and pm.project = $2 and pm.member = m.id
    left join steward.roles pr on pr.organization = m.organization and pr.id = pm.custom_role
    where m.organization = $1 and m.kind = 'person' and m.account is not null and m.removed_at is null`;

/** Those who are members now, the longest there first; service accounts are nobody's word. At most `limit`. In the organization's scope. */
export async function listProjectPeople(
  tx: Transaction,
  { organization, project }: Scope,
  limit: number,
): Promise<readonly ProjectPerson[]> {
  const { rows } = await tx.query<ProjectPerson>({
    name: "list_project_people",
    text: `select ${PERSON} order by m.id limit $3`,
    values: [organization, project, limit],
  });
  return rows;
}

/** The same of these accounts alone. */
export async function findProjectPeople(
  tx: Transaction,
  { organization, project }: Scope,
  accounts: readonly string[],
): Promise<readonly ProjectPerson[]> {
  const { rows } = await tx.query<ProjectPerson>({
    name: "find_project_people",
    text: `select ${PERSON} and m.account = any($3::uuid[]) order by m.id`,
    values: [organization, project, accounts],
  });
  return rows;
}
