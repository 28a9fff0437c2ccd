/** Ends what has run its time: accounts deleted 30 days ago (PROMISES E5), sessions ended 90 days ago (E3), proofs nobody gave. */
import type { Clock } from "../core/ports/clock.ts";
import type { Identity } from "../core/ports/identity.ts";
import type { RecordAccountAct } from "./record-account-act.ts";

export interface PurgeParts {
  readonly identity: Pick<Identity, "purgeDeleted" | "sweep">;
  readonly clock: Clock;
  readonly recordAct: RecordAccountAct;
  /** Erases what is held of a person outside of the sign-in: names and addresses in organizations they were in. May be repeated. */
  readonly forgetPerson: (account: string) => Promise<void>;
}

const DAY_MS = 86_400_000;
export const RECOVERABLE_MS = 30 * DAY_MS;
const SESSIONS_KEPT_MS = 90 * DAY_MS;
/** Of 100 accounts, and of 2,000 rows; the next turn goes on. */
const ROUNDS_MAX = 20;

/** Gives how many accounts went. */
export async function purgeAccounts({ identity, clock, recordAct, forgetPerson }: PurgeParts): Promise<number> {
  const nowMs = clock.nowMs();
  let purged = 0;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const gone = await identity.purgeDeleted(nowMs - RECOVERABLE_MS);
    for (const account of gone) {
      await forgetPerson(account);
      await recordAct({ action: "account.purged", account, facts: {} });
    }
    purged += gone.length;
    if (gone.length === 0) break;
  }
  for (let round = 0; round < ROUNDS_MAX; round++)
    if ((await identity.sweep(nowMs, nowMs - SESSIONS_KEPT_MS)) === 0) break;
  return purged;
}
