/** Ends what has run its time: accounts deleted 30 days ago (PROMISES E5), sessions ended 90 days ago (E3), proofs nobody gave. */
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { Identity } from "../core/ports/identity.ts";
import { eraseDeletedAccount, listDeletedAccounts } from "../store/deleted-accounts.ts";
import { RECOVERABLE_MS } from "./recoverable.ts";
import type { RecordAccountAct } from "./record-account-act.ts";

export interface PurgeParts {
  readonly identity: Pick<Identity, "sweep">;
  /** As steward_identity. */
  readonly identityDatabase: Database;
  readonly clock: Clock;
  readonly recordAct: RecordAccountAct;
  /** Ends memberships that a deletion which was cut off has left. May be repeated. */
  readonly endMemberships: (account: string) => Promise<void>;
  /** Erases what is held of a person outside of the sign-in: names and addresses in organizations they were in. May be repeated. */
  readonly forgetPerson: (account: string) => Promise<void>;
}

const DAY_MS = 86_400_000;
const SESSIONS_KEPT_MS = 90 * DAY_MS;
/** Of one turn; the next goes on. */
const ACCOUNTS_MAX = 2000;
/** Of 2,000 rows. */
const ROUNDS_MAX = 20;

/**
 * Gives how many accounts went. One that can't go is left for the next turn, and the others go all the same; then
 * the first failure is thrown at the end.
 */
export async function purgeAccounts(parts: PurgeParts): Promise<number> {
  const { identity, identityDatabase, clock } = parts;
  const nowMs = clock.nowMs();
  const failures: unknown[] = [];
  const each = async (beforeMs: number, run: (account: string) => Promise<void>): Promise<void> => {
    for (const account of await listDeletedAccounts(identityDatabase, beforeMs, ACCOUNTS_MAX))
      await run(account).catch((error: unknown) => void failures.push(error));
  };
  let purged = 0;
  await each(nowMs, parts.endMemberships);
  await each(nowMs - RECOVERABLE_MS, async (account) => {
    if (await purgeOne(parts, account, nowMs - RECOVERABLE_MS)) purged++;
  });
  for (let round = 0; round < ROUNDS_MAX; round++)
    if ((await identity.sweep(nowMs, nowMs - SESSIONS_KEPT_MS)) === 0) break;
  if (failures.length > 0) throw failures[0];
  return purged;
}

/** The account's row goes last: while it is there, whatever was cut off is done again by the next turn. */
async function purgeOne(
  { identityDatabase, recordAct, endMemberships, forgetPerson }: PurgeParts,
  account: string,
  beforeMs: number,
): Promise<boolean> {
  await endMemberships(account);
  await forgetPerson(account);
  await recordAct({ action: "account.purged", account, facts: {} });
  return await eraseDeletedAccount(identityDatabase, account, beforeMs);
}
