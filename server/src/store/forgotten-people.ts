/** The end of what organizations hold of a person whose account was erased (PROMISES E5): names and addresses, not ids. */
import type { Database, Statement } from "../core/ports/database.ts";

/** Where an account was or is a member. As steward_dispatch. */
export async function listPastOrganizations(dispatch: Database, account: string): Promise<readonly string[]> {
  const { rows } = await dispatch.query<{ organization: string }>({
    name: "list_past_organizations",
    text: "select distinct organization from steward.members where account = $1 order by organization",
    values: [account],
  });
  return rows.map(({ organization }) => organization);
}

/** In the scope of the organization; the address goes from invitations as well. Repeated, it changes nothing. */
export function forgetInOrganization(organization: string, account: string): Statement[] {
  return [
    {
      name: "forget_invited",
      text: `update steward.invitations i set email = '' from steward.members m
        where i.organization = $1 and m.organization = $1 and m.account = $2 and m.email is not null and lower(i.email) = lower(m.email)
          and (i.accepted_at is not null or i.revoked_at is not null)`,
      values: [organization, account],
    },
    {
      name: "forget_member",
      text: "update steward.members set email = null, name = 'Former member' where organization = $1 and account = $2",
      values: [organization, account],
    },
  ];
}
