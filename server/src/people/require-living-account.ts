import type { Transaction } from "../core/ports/database.ts";
import { lockAccountMemberships } from "../store/members.ts";
import type { PeopleParts } from "./people-parts.ts";
import { readAccount } from "./read-account.ts";

/**
 * Asks again, in the transaction that makes a membership, whether its account is still there, and makes the end of its
 * memberships wait for this transaction: nobody becomes a member while they are being deleted. Throws as `readAccount`.
 */
export async function requireLivingAccount(
  parts: Pick<PeopleParts, "identity">,
  tx: Transaction,
  account: string,
): Promise<void> {
  await lockAccountMemberships(tx, account);
  await readAccount(parts, account);
}
