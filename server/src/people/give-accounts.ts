/** Accounts for members who were there before there were accounts, the first owner among them, who runs the installation. */
import { AppError } from "../core/errors.ts";
import { invariant } from "../core/invariant.ts";
import type { Database } from "../core/ports/database.ts";
import type { Identity } from "../core/ports/identity.ts";
import type { Clock } from "../core/ports/clock.ts";
import {
  insertOperator,
  linkMemberAccount,
  listWithoutAccount,
  type WithoutAccount,
} from "../store/member-accounts.ts";
import { findOwner } from "../store/members.ts";
import { scopeStatement, type Scope } from "../store/scope.ts";
import { lockFirstStart } from "../store/start-lock.ts";

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
  readonly identity: Pick<Identity, "findAccountByEmail" | "createAccount">;
}

/** Stands in where a member's address is none that mail could reach: `owner@localhost` of earlier homes. */
const PLACEHOLDER = "owner@steward.localhost";

/** Whether mail could go there, as the sign-in sees it too. */
export function isAddress(text: string): boolean {
  return text.length <= 254 && /^[\w'+-]+(?:\.[\w'+-]+)*@(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}$/.test(text);
}

/**
 * Gives the owner's account. An account outlives a start that ends in between and is found by the next one; the rest is
 * one transaction. The password counts for an owner who gets an account now.
 */
export async function giveAccounts(
  parts: Parts,
  installed: Scope & { readonly member: string },
  password: string | null,
): Promise<string> {
  const { database, clock } = parts;
  const owner = await findOwner(database, installed);
  if (owner?.account) return owner.account;
  await database.transaction(async (tx) => {
    await lockFirstStart(tx);
    await tx.query(scopeStatement(installed));
    const { rows } = await tx.query(listWithoutAccount(installed.organization));
    for (const member of rows) {
      const isOwner = member.id === installed.member;
      const account = await accountOf(parts.identity, member, isOwner ? password : null);
      await tx.query(linkMemberAccount(installed.organization, member.id, account));
      if (isOwner) await tx.query(insertOperator(account, clock.nowMs()));
    }
  });
  const given = await findOwner(database, installed);
  invariant(given?.account, `the owner of ${installed.organization} has an account`);
  return given.account;
}

async function accountOf(
  identity: Parts["identity"],
  { email: own, name }: WithoutAccount,
  password: string | null,
): Promise<string> {
  const email = isAddress(own) ? own : PLACEHOLDER;
  const there = await identity.findAccountByEmail(email);
  // Whoever signed up under somebody else's address has not shown that it is theirs.
  if (there && !there.emailVerified && email !== PLACEHOLDER)
    throw new AppError(
      "start_refused",
      `there is an unproved account with the address of member ${name}: confirm it first`,
    );
  // The operator vouches for the address; the placeholder is nobody's, so that changing it asks the new one only.
  return (there ?? (await identity.createAccount({ email, name, password, emailVerified: email !== PLACEHOLDER }))).id;
}
