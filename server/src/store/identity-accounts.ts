/** Accounts in the sign-in library's tables (as steward_identity), for what needs no library. */
import { AppError } from "../core/errors.ts";
import { invariant } from "../core/invariant.ts";
import { isUniqueViolation, type Database, type Statement } from "../core/ports/database.ts";
import type { Account } from "../core/ports/identity.ts";
import type { NewAccountRow } from "../core/ports/identity-rows.ts";

const ACCOUNT = `id, email, "emailVerified", name, coalesce("twoFactorEnabled", false) as "secondFactor",
  exists (select from account a where a."userId" = "user".id and a."providerId" = 'credential' and a.password is not null) as "hasPassword",
  exists (select from passkey p where p."userId" = "user".id) as "hasPasskey", "createdAt", "deletedAt"`;

/** Primary key. */
export async function findAccount(database: Database, id: string): Promise<Account | null> {
  const { rows } = await database.query<Account>({
    name: "identity_find_account",
    text: `select ${ACCOUNT} from "user" where id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** Unique index on email. */
export async function findAccountByEmail(database: Database, email: string): Promise<Account | null> {
  const { rows } = await database.query<Account>({
    name: "identity_find_account_by_email",
    text: `select ${ACCOUNT} from "user" where email = $1`,
    values: [email.toLowerCase()],
  });
  return rows[0] ?? null;
}

/** Throws `conflict` when the address is taken. */
export async function insertAccount(
  database: Database,
  { email, name, emailVerified, id, passwordHash, nowMs }: NewAccountRow,
): Promise<Account> {
  const now = nowMs / 1000;
  const account: Statement<Account> = {
    name: "identity_insert_account",
    text: `insert into "user" (id, email, "emailVerified", name, "createdAt", "updatedAt")
      values ($1, $2, $3, $4, to_timestamp($5), to_timestamp($5)) returning ${ACCOUNT}`,
    values: [id, email.toLowerCase(), emailVerified, name, now],
  };
  const proof: Statement = {
    name: "identity_insert_password",
    text: `insert into account ("accountId", "providerId", "userId", password, "createdAt", "updatedAt")
      values ($1::text, 'credential', $1::uuid, $2, to_timestamp($3), to_timestamp($3))`,
    values: [id, passwordHash, now],
  };
  try {
    const [made] = await database.pipeline([account, ...(passwordHash === null ? [] : [proof])]);
    const [row] = made.rows;
    invariant(row !== undefined, "an insert that did not fail gives its row");
    return row;
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError("conflict", "There is an account with this address already.");
    throw error;
  }
}

/**
 * Takes away what somebody left under an address without having proved it. Not the account of whoever is in by a link, and
 * not the first owner's placeholder (RFC 6761, section 6.3), to which no mail goes.
 */
export async function dropUnproved(database: Database, email: string): Promise<void> {
  await database.query({
    name: "identity_drop_unproved",
    text: `delete from "user" u where email = $1 and not "emailVerified" and email not like '%.localhost'
      and not exists (select from session s where s."userId" = u.id)`,
    values: [email.toLowerCase()],
  });
}

export async function renameAccount(database: Database, id: string, name: string, nowMs: number): Promise<void> {
  await database.query({
    name: "identity_rename_account",
    text: `update "user" set name = $2, "updatedAt" = to_timestamp($3) where id = $1`,
    values: [id, name, nowMs / 1000],
  });
}

/** Marks an account as deleted and ends its sessions, in one transaction; null takes the mark back. */
export async function setDeleted(database: Database, id: string, deletedAt: number | null): Promise<void> {
  await database.pipeline([
    {
      name: "identity_set_deleted",
      text: `update "user" set "deletedAt" = to_timestamp($2) where id = $1`,
      values: [id, deletedAt === null ? null : deletedAt / 1000],
    },
    ...(deletedAt === null
      ? []
      : [{ name: "identity_end_all", text: `delete from session where "userId" = $1`, values: [id] }]),
  ]);
}

/** Gives an account its first password; false where it has one. Of two at the same moment the later one waits for the account's lock. */
export async function insertPassword(
  database: Database,
  account: string,
  { passwordHash, nowMs }: { readonly passwordHash: string; readonly nowMs: number },
): Promise<boolean> {
  const [, { rows }] = await database.pipeline([
    { name: "identity_lock_account", text: `select from "user" where id = $1 for update`, values: [account] },
    {
      name: "identity_insert_first_password",
      text: `insert into account ("accountId", "providerId", "userId", password, "createdAt", "updatedAt")
        select $1::text, 'credential', $1::uuid, $2, to_timestamp($3), to_timestamp($3)
        where not exists (select from account where "userId" = $1::uuid and "providerId" = 'credential')
        returning id`,
      values: [account, passwordHash, nowMs / 1000],
    },
  ]);
  return rows.length > 0;
}

/** Replaces an imported hash by one of ours, unless it was changed meanwhile: its salt makes it the only one like it. */
export async function replacePasswordHash(database: Database, old: string, hash: string): Promise<void> {
  await database.query({
    name: "identity_replace_hash",
    text: `update account set password = $2 where password = $1 and "providerId" = 'credential'`,
    values: [old, hash],
  });
}
