/** Accounts in which promises are tried, and what the checks read of the sign-in's tables; as steward_identity. */
import type { Database, Statement } from "../core/ports/database.ts";

/** No mail ever reaches it (RFC 2606, section 2). Accounts of this domain are proofs' own, and are erased with them. */
export const PROOF_DOMAIN = "proof.steward.invalid";

const IS_PROOF = `email like '%@${PROOF_DOMAIN}'`;

/** Erases an account of a proof with all that hangs on it; one that is no proof's stays. */
export async function eraseProofAccount(identity: Database, account: string): Promise<void> {
  await identity.query({
    name: "erase_proof_account",
    text: `delete from "user" where id = $1 and ${IS_PROOF}`,
    values: [account],
  });
}

/** What proofs that were broken off left behind, at most 100. */
export async function eraseProofAccountsBefore(identity: Database, beforeMs: number): Promise<void> {
  await identity.query({
    name: "erase_proof_accounts_before",
    text: `delete from "user" where id in
      (select id from "user" where ${IS_PROOF} and "createdAt" < to_timestamp($1) limit 100)`,
    values: [beforeMs / 1000],
  });
}

/** How many passwords are kept in each form: the parameters of their hash without salt and digest, null for any other text. */
export async function countPasswordForms(
  identity: Database,
): Promise<readonly { readonly form: string | null; readonly count: number; readonly same: number }[]> {
  const { rows } = await identity.query<{ form: string | null; count: number; same: number }>({
    name: "count_password_forms",
    text: String.raw`select form, count(*) as count, count(*) - count(distinct password) as same from (
        select password, coalesce(
          substring(password from '^(\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+)\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{22,}$'),
          substring(password from '^(\$2[aby]\$\d\d)\$[./A-Za-z0-9]{53}$')) as form
        from account where password is not null) kept
      group by form order by count(*) desc limit 100`,
  });
  return rows;
}

export async function readProofPassword(identity: Database, account: string): Promise<string | null> {
  const { rows } = await identity.query<{ password: string | null }>({
    name: "read_proof_password",
    text: `select a.password from account a join "user" u on u.id = a."userId"
      where u.id = $1 and u.${IS_PROOF} and a."providerId" = 'credential'`,
    values: [account],
  });
  return rows[0]?.password ?? null;
}

/** Keeps a hash as an import would have. */
export async function setProofPassword(identity: Database, account: string, hash: string): Promise<void> {
  await identity.query({
    name: "set_proof_password",
    text: `update account set password = $2 where "userId" = $1 and "providerId" = 'credential'
      and exists (select from "user" where id = $1 and ${IS_PROOF})`,
    values: [account, hash],
  });
}

/** A session as one that its organization's sign-on, or a second factor, began. */
export function markProofSessions(
  account: string,
  { secondFactor, signedOnBy }: { readonly secondFactor: boolean; readonly signedOnBy: string | null },
): Statement {
  return {
    name: "mark_proof_sessions",
    text: `update session set "secondFactor" = $2, "signedOnBy" = $3 where "userId" = $1
      and exists (select from "user" where id = $1 and ${IS_PROOF})`,
    values: [account, secondFactor, signedOnBy],
  };
}

/** What a mailed reset leaves in the table. `identifier` is its digest, as the sign-in keeps it. */
export async function insertProofReset(
  identity: Database,
  reset: { readonly identifier: string; readonly account: string; readonly nowMs: number; readonly expiresMs: number },
): Promise<void> {
  await identity.query({
    name: "insert_proof_reset",
    text: `insert into verification (identifier, value, "expiresAt", "createdAt", "updatedAt")
      select $1, id::text, to_timestamp($4), to_timestamp($3), to_timestamp($3) from "user" where id = $2 and ${IS_PROOF}`,
    values: [reset.identifier, reset.account, reset.nowMs / 1000, reset.expiresMs / 1000],
  });
}

/** Proofs that were asked for: how many there are, and how many are good for longer than given, from their beginning or from now. */
export async function countMailedProofs(
  identity: Database,
  longMs: number,
  nowMs: number,
): Promise<{ readonly all: number; readonly long: number }> {
  const { rows } = await identity.query<{ all: number; long: number }>({
    name: "count_mailed_proofs",
    text: `select count(*) as all, count(*) filter (where "expiresAt" > greatest(to_timestamp($2), "createdAt")
        + make_interval(secs => $1)) as long from verification`,
    values: [longMs / 1000, nowMs / 1000],
  });
  return rows[0] ?? { all: 0, long: 0 };
}

/** What is kept of providers beyond ids, addresses and names: tokens and scopes of accounts, pictures of people. */
export async function countProviderExtras(
  identity: Database,
): Promise<{ readonly linked: number; readonly tokens: number; readonly pictures: number }> {
  const { rows } = await identity.query<{ linked: number; tokens: number; pictures: number }>({
    name: "count_provider_extras",
    text: `select (select count(*) from account where "providerId" <> 'credential') as linked,
      (select count(*) from account where coalesce("accessToken", "refreshToken", "idToken", scope) is not null) as tokens,
      (select count(*) from "user" where image is not null) as pictures`,
  });
  return rows[0] ?? { linked: 0, tokens: 0, pictures: 0 };
}

/** Of those accounts, how many have a second factor (an app, or a passkey). */
export async function countWithSecondFactor(identity: Database, accounts: readonly string[]): Promise<number> {
  const { rows } = await identity.query<{ count: number }>({
    name: "count_with_second_factor",
    text: `select count(*) as count from "user" u where id = any($1::uuid[])
      and (u."twoFactorEnabled" or exists (select from passkey p where p."userId" = u.id))`,
    values: [accounts],
  });
  return rows[0]?.count ?? 0;
}
