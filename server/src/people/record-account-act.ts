import type { AuditEntry } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import { appendActs } from "../store/append-acts.ts";
import { INSTALLATION, INSTALLATION_SCOPE } from "../store/installation.ts";
import { scopeStatement } from "../store/scope.ts";

/** What somebody did to their own account, or a try that was refused: codes and counts only. */
export interface AccountAct {
  readonly action: string;
  /** Null where nobody is known. */
  readonly account: string | null;
  /** What it was done to, when it is not the account. */
  readonly target?: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

export type RecordAccountAct = (act: AccountAct) => Promise<void>;

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
  /** Carries a person's new name or address to where else they stand; in the order of the acts, and may be repeated. */
  readonly personChanged: (account: string) => Promise<void>;
  readonly denials: { note(organization: string | null, entry: AuditEntry): void };
}

const CHANGES_PERSON: ReadonlySet<string> = new Set(["account.renamed", "account.address_changed"]);

/**
 * Writes acts into the installation's own audit. The account itself is another role's, so this is a transaction of its
 * own, after the act. Refused tries go the way of refused calls: in numbers that nobody can drive up.
 */
export function createRecordAccountAct({ database, clock, personChanged, denials }: Parts): RecordAccountAct {
  return async ({ action, account, target, facts }) => {
    const atMs = clock.nowMs();
    const actor = account === null ? "nobody" : showId("acc", account);
    const entry = { atMs, project: null, actor, action, target: target ?? actor, facts };
    if (action.endsWith(".refused")) denials.note(null, entry);
    else
      await database.transaction(async (tx) => {
        await tx.query(scopeStatement(INSTALLATION_SCOPE));
        await appendActs(tx, INSTALLATION, [entry], atMs);
      });
    if (account !== null && CHANGES_PERSON.has(action)) await personChanged(account);
  };
}
