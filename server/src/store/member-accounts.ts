/** Which account a member is; for homes from before there were accounts. */
import type { Statement } from "../core/ports/database.ts";

export interface WithoutAccount {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

/** Persons who have no account yet, at most 100. In the scope of their organization. */
export function listWithoutAccount(organization: string): Statement<WithoutAccount> {
  return {
    name: "list_without_account",
    text: `select id, email, name from steward.members where organization = $1 and account is null and kind = 'person'
      and email is not null and removed_at is null order by id limit 100`,
    values: [organization],
  };
}

/** In the scope of the member's organization. */
export function linkMemberAccount(organization: string, member: string, account: string): Statement {
  return {
    name: "link_member_account",
    text: "update steward.members set account = $3 where organization = $1 and id = $2 and account is null",
    values: [organization, member, account],
  };
}

/** Makes an account one that runs the installation. */
export function insertOperator(account: string, nowMs: number): Statement {
  return {
    name: "insert_operator",
    text: "insert into steward.operators (account, created_at) values ($1, to_timestamp($2)) on conflict do nothing",
    values: [account, nowMs / 1000],
  };
}
