/** Whose account a proved person's is: by the provider's own id of them, else by their address. */
import type { Account } from "../../core/ports/identity.ts";
import type { IdentityRows } from "../../core/ports/identity-rows.ts";
import type { ProvedPerson } from "../../core/ports/sign-on.ts";
import type { Binding } from "../../core/ports/sign-on-rows.ts";
import { signOnRefused } from "./sign-on-refusal.ts";

export interface Resolved {
  readonly account: Account;
  readonly isNew: boolean;
}

/**
 * The person's account, made if there is none. The caller has checked that the provider's organization holds the address.
 * Throws `sign_in_failed` when the account with this address is another person's to the provider: addresses are given anew.
 */
export async function resolveAccount(
  rows: IdentityRows,
  provider: string,
  { subject, email, name }: ProvedPerson,
  made: { readonly id: string; readonly nowMs: number },
): Promise<Resolved> {
  const bound = await rows.findBound(provider, subject);
  const known = bound === null ? await rows.findAccountByEmail(email) : await rows.findAccount(bound);
  if (known !== null && bound !== null) return { account: known, isNew: false };
  if (known !== null && (await rows.isBound(provider, known.id)))
    throw signOnRefused("already_bound", "The account with this address is another person's to the provider.");
  return { account: await vouchedAccount(rows, { email, name }, made), isNew: known === null };
}

/** The account with an address that was vouched for, made if there is none. */
export async function vouchedAccount(
  rows: IdentityRows,
  { email, name }: Pick<ProvedPerson, "email" | "name">,
  made: { readonly id: string; readonly nowMs: number },
): Promise<Account> {
  const known = await rows.findAccountByEmail(email);
  if (known === null)
    return await rows.insertAccount({ email, name, emailVerified: true, passwordHash: null, ...made });
  if (known.emailVerified) return known;
  // Whoever made it never proved the address: what they left to come in by goes, before it would count.
  await rows.takeOver(known.id, name, made.nowMs);
  return { ...known, name, emailVerified: true, secondFactor: false, hasPasskey: false };
}

/** Remembers who the person is to the provider. Throws `sign_in_failed` when somebody else was quicker. */
export async function bindAccount(rows: IdentityRows, binding: Binding): Promise<void> {
  await rows.bind(binding);
  if ((await rows.findBound(binding.provider, binding.subject)) !== binding.account)
    throw signOnRefused("already_bound", "This person signed on as somebody else at the same moment.");
}
