import { AppError } from "../core/errors.ts";
import type { Account } from "../core/ports/identity.ts";
import type { PeopleParts } from "./people-parts.ts";

/** A person's account as it is now. Throws `unavailable` where nobody signs in, `forbidden` for one that is gone. */
export async function readAccount({ identity }: Pick<PeopleParts, "identity">, id: string): Promise<Account> {
  if (identity === null)
    throw new AppError("unavailable", "This installation has no sign-in, so nobody has an account.");
  const account = await identity.findAccount(id);
  if (account === null || account.deletedAt !== null)
    throw new AppError("forbidden", "This account is deleted: bring it back first.");
  return account;
}
