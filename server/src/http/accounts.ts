/** A person's own account and sessions. How they prove who they are is under `/v1/auth/` (auth.ts). */
import { AppError } from "../core/errors.ts";
import { parseId, showId } from "../core/id.ts";
import type { Account, Identity } from "../core/ports/identity.ts";
import { RECOVERABLE_MS } from "../people/recoverable.ts";
import type { RecordAccountAct } from "../people/record-account-act.ts";
import { isOperator } from "../store/access.ts";
import type { HttpParts } from "./http-parts.ts";
import { isoTime } from "./present-run.ts";
import type { AccountPrincipal } from "./principal.ts";
import type { Handlers } from "./route-call.ts";

/** What of accounts lies outside of the sign-in. */
export interface AccountsOutside {
  /** Whether mail goes out; else it stays in the development inbox. */
  readonly mailGoesOut: boolean;
  readonly version: string;
  readonly recordAct: RecordAccountAct;
  /** Ends all memberships of an account. Throws `conflict` where nobody else is an owner, and then none has ended. */
  endMemberships(account: string): Promise<void>;
}

type Parts = Pick<HttpParts, "identity" | "dispatch" | "clock" | "accounts">;
type Names =
  | "getEntrance"
  | "getAccount"
  | "changeAccount"
  | "deleteAccount"
  | "restoreAccount"
  | "listSessions"
  | "endSession"
  | "endOtherSessions";

/** For what would let a thief of a session do lasting harm. */
const FRESH_MS = 3_600_000;

export function accountHandlers(parts: Parts): Pick<Handlers, Names> {
  const { clock, accounts } = parts;
  const shown = async (id: string) => ({ status: 200 as const, body: await showAccount(parts, await own(parts, id)) });
  return {
    getEntrance: async () => {
      const { mailGoesOut, version } = accounts;
      const { entrance } = present(parts);
      return { status: 200, body: { ...entrance, providers: [...entrance.providers], mail: mailGoesOut, version } };
    },
    getAccount: async ({ principal }) => await shown(principal.account),
    changeAccount: async ({ principal: { account }, body }) => {
      await present(parts).renameAccount(account, body.name);
      await accounts.recordAct({ action: "account.renamed", account, facts: {} });
      return await shown(account);
    },
    deleteAccount: async ({ principal }) => {
      await demandFresh(parts, principal);
      const { account } = principal;
      await accounts.endMemberships(account); // refused before anything of the account has changed
      await present(parts).setDeleted(account, clock.nowMs());
      try {
        await accounts.endMemberships(account); // of those that came meanwhile; from here on none comes
      } catch (error) {
        await present(parts).setDeleted(account, null);
        throw error;
      }
      await accounts.recordAct({ action: "account.deleted", account, facts: {} });
      return { status: 204, body: null, headers: { "set-cookie": present(parts).clearCookie() } };
    },
    restoreAccount: async ({ principal: { account } }) => {
      const { deletedAt } = await own(parts, account);
      if (deletedAt === null) throw new AppError("conflict", "This account is not deleted.");
      if (clock.nowMs() - deletedAt > RECOVERABLE_MS)
        throw new AppError("not_found", "This account was deleted more than 30 days ago and is being erased.");
      await present(parts).setDeleted(account, null);
      await accounts.recordAct({ action: "account.restored", account, facts: {} });
      return await shown(account);
    },
    ...sessionHandlers(parts),
  };
}

function sessionHandlers(parts: Parts): Pick<Handlers, "listSessions" | "endSession" | "endOtherSessions"> {
  const { recordAct } = parts.accounts;
  return {
    listSessions: async ({ principal: { account, session } }) => {
      const items = (await present(parts).listSessions(account)).map(({ id, address, userAgent, ...times }) => ({
        id: showId("ses", id),
        current: id === session,
        createdAt: isoTime(times.createdAt),
        lastUsedAt: isoTime(times.lastUsedAt),
        expiresAt: isoTime(times.expiresAt),
        address,
        userAgent,
      }));
      return { status: 200, body: { items, next: null } };
    },
    endSession: async ({ principal: { account }, params }) => {
      const session = parseId("ses", params.session);
      if (session === null || !(await present(parts).endSession(account, session)))
        throw new AppError("not_found", "You have no such session.");
      await recordAct({ action: "session.ended", account, target: params.session, facts: {} });
      return { status: 204, body: null };
    },
    endOtherSessions: async ({ principal: { account, session } }) => {
      const ended = await present(parts).endSessions(account, session);
      await recordAct({ action: "session.ended", account, facts: { ended } });
      return { status: 200, body: { ended } };
    },
  };
}

async function showAccount({ dispatch }: Parts, account: Account) {
  const { id, createdAt, deletedAt, email, emailVerified, hasPasskey, hasPassword, name, secondFactor } = account;
  return {
    id: showId("acc", id),
    email,
    emailVerified,
    name,
    hasPasskey,
    hasPassword,
    secondFactor,
    operator: await isOperator(dispatch, id),
    createdAt: isoTime(createdAt),
    deletedAt: deletedAt === null ? null : isoTime(deletedAt),
  };
}

function present({ identity }: Parts): Identity {
  if (identity === null)
    throw new AppError("unavailable", "This installation has no sign-in, so nobody has an account.");
  return identity;
}

async function own(parts: Parts, id: string): Promise<Account> {
  const account = await present(parts).findAccount(id);
  if (account === null) throw new AppError("not_found", "This account is gone.");
  return account;
}

/** Of a session only: a key is its own proof. */
async function demandFresh(parts: Parts, { account, session }: AccountPrincipal): Promise<void> {
  if (session === null) return;
  const current = (await present(parts).listSessions(account)).find(({ id }) => id === session);
  if (!current || parts.clock.nowMs() - current.createdAt > FRESH_MS)
    throw new AppError("session_not_fresh", "Deleting an account needs a sign-in of the last hour.");
}
