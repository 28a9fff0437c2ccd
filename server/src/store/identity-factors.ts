/** Second factors in the sign-in library's tables (as steward_identity), and who is being asked for one. */
import type { Database } from "../core/ports/database.ts";
import type { TryCount } from "../core/ports/identity-rows.ts";

/** True once for a code, until another one was right. */
export async function spendCode(database: Database, account: string, code: string): Promise<boolean> {
  const { count } = await database.query({
    name: "identity_spend_code",
    text: `update "twoFactor" set "spentCode" = $2 where "userId" = $1 and "spentCode" is distinct from $2`,
    values: [account, code],
  });
  return count > 0;
}

/** False while the account is locked. One statement, so that tries at the same moment count one by one. */
export async function countTry(
  database: Database,
  account: string,
  { nowMs, wrongMax, lockSeconds }: TryCount,
): Promise<boolean> {
  const { rows } = await database.query<{ locked: boolean }>({
    name: "identity_count_try",
    text: `with tried as (
        update "twoFactor" set
          "failedVerificationCount" = case when "lockedUntil" is null then coalesce("failedVerificationCount", 0) + 1 else 1 end,
          "lockedUntil" = case when "lockedUntil" is null and coalesce("failedVerificationCount", 0) + 1 >= $3
            then to_timestamp($2) + make_interval(secs => $4) end
        where "userId" = $1 and ("lockedUntil" is null or "lockedUntil" <= to_timestamp($2)) returning id)
      select exists (select from "twoFactor" where "userId" = $1) and not exists (select from tried) as locked`,
    values: [account, nowMs / 1000, wrongMax, lockSeconds],
  });
  return rows[0]?.locked !== true;
}

export async function forgetTries(database: Database, account: string): Promise<void> {
  await database.query({
    name: "identity_forget_tries",
    text: `update "twoFactor" set "failedVerificationCount" = 0, "lockedUntil" = null where "userId" = $1`,
    values: [account],
  });
}

/** What was asked for under an identifier, given as the library keeps it (its SHA-256), while it stands. */
export async function findVerification(database: Database, identifier: string): Promise<string | null> {
  const { rows } = await database.query<{ value: string }>({
    name: "identity_find_verification",
    text: `select value from verification where identifier = $1 and "expiresAt" > now() limit 1`,
    values: [identifier],
  });
  return rows[0]?.value ?? null;
}

/** Ends what was asked for in an account's name and not used: resets, and challenges for a second factor. */
export async function endResets(database: Database, account: string): Promise<void> {
  await database.query({
    name: "identity_end_resets",
    text: "delete from verification where value = $1",
    values: [account],
  });
}
