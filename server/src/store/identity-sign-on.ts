/** Sign-on in the sign-in library's tables (as steward_identity): what is under way, whose account a provider's person has. */
import type { Database } from "../core/ports/database.ts";
import type { Binding, SignOnRows, SignOnSessionRow } from "../core/ports/sign-on-rows.ts";

export function signOnRows(database: Database): SignOnRows {
  return {
    keepSignOn: (...given) => keepSignOn(database, ...given),
    takeSignOn: (...given) => takeSignOn(database, ...given),
    findBound: (...given) => findBound(database, ...given),
    isBound: (...given) => isBound(database, ...given),
    bind: (...given) => bind(database, ...given),
    takeOver: (...given) => takeOver(database, ...given),
    insertSignOnSession: (...given) => insertSignOnSession(database, ...given),
  };
}

async function keepSignOn(database: Database, identifier: string, value: string, endsMs: number): Promise<void> {
  await database.query({
    name: "identity_keep_sign_on",
    text: `insert into verification (identifier, value, "expiresAt") values ($1, $2, to_timestamp($3))`,
    values: [identifier, value, endsMs / 1000],
  });
}

async function takeSignOn(
  database: Database,
  identifier: string,
): Promise<{ readonly value: string; readonly endsAt: number } | null> {
  const { rows } = await database.query<{ value: string; endsAt: number }>({
    name: "identity_take_sign_on",
    text: `delete from verification where identifier = $1 returning value, "expiresAt" as "endsAt"`,
    values: [identifier],
  });
  return rows[0] ?? null;
}

/** Unique key on (providerId, accountId). */
async function findBound(database: Database, provider: string, subject: string): Promise<string | null> {
  const { rows } = await database.query<{ account: string }>({
    name: "identity_find_bound",
    text: `select "userId" as account from account where "providerId" = $1 and "accountId" = $2`,
    values: [provider, subject],
  });
  return rows[0]?.account ?? null;
}

async function isBound(database: Database, provider: string, account: string): Promise<boolean> {
  const { count } = await database.query({
    name: "identity_is_bound",
    text: `select from account where "userId" = $1 and "providerId" = $2 limit 1`,
    values: [account, provider],
  });
  return count > 0;
}

async function bind(database: Database, { provider, subject, account, nowMs }: Binding): Promise<void> {
  await database.query({
    name: "identity_bind_sign_on",
    text: `insert into account ("accountId", "providerId", "userId", "createdAt", "updatedAt")
      values ($1, $2, $3, to_timestamp($4), to_timestamp($4)) on conflict ("providerId", "accountId") do nothing`,
    values: [subject, provider, account, nowMs / 1000],
  });
}

async function takeOver(database: Database, account: string, name: string, nowMs: number): Promise<void> {
  const values = [account];
  await database.pipeline([
    { name: "identity_drop_proofs", text: `delete from account where "userId" = $1`, values },
    { name: "identity_drop_passkeys", text: `delete from passkey where "userId" = $1`, values },
    { name: "identity_drop_second_factor", text: `delete from "twoFactor" where "userId" = $1`, values },
    { name: "identity_drop_sessions", text: `delete from session where "userId" = $1`, values },
    {
      name: "identity_take_over",
      text: `update "user" set "emailVerified" = true, "twoFactorEnabled" = false, name = $2, "updatedAt" = to_timestamp($3)
        where id = $1`,
      values: [account, name, nowMs / 1000],
    },
  ]);
}

async function insertSignOnSession(database: Database, one: SignOnSessionRow): Promise<void> {
  await database.query({
    name: "identity_insert_sign_on_session",
    text: `insert into session (id, token, "userId", "createdAt", "updatedAt", "expiresAt", "ipAddress", "userAgent", "secondFactor", "begunBy", "signedOnBy")
      values ($1, $2, $3, to_timestamp($4), to_timestamp($4), to_timestamp($5), $6, $7, $8, 'sign_on', $9)`,
    values: [
      one.id,
      one.token,
      one.account,
      one.nowMs / 1000,
      one.endsMs / 1000,
      one.origin.address,
      one.origin.userAgent?.slice(0, 500) ?? null,
      one.secondFactor,
      one.organization,
    ],
  });
}
