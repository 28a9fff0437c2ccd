/** What the identity adapter reads and writes of the sign-in library's rows by itself, so that the library need not be loaded for it. */
import type { Account, NewAccount, Origin, SessionShown, SignedIn } from "./identity.ts";
import type { SignOnRows } from "./sign-on-rows.ts";

export interface NewAccountRow extends Omit<NewAccount, "password"> {
  readonly id: string;
  readonly passwordHash: string | null;
  readonly nowMs: number;
}

export interface NewSessionRow {
  readonly id: string;
  readonly token: string;
  readonly account: string;
  readonly origin: Origin;
  /** The API key whose link it was, else null. */
  readonly byKey: string | null;
  readonly nowMs: number;
  readonly endsMs: number;
}

export interface FoundSession extends SignedIn {
  readonly lastUsedAt: number;
}

export interface SessionPerson {
  readonly email: string;
  readonly name: string;
  /** Whether it still waits for a second factor. */
  readonly waits: boolean;
}

export interface TryCount {
  readonly nowMs: number;
  /** The try of this number locks. */
  readonly wrongMax: number;
  readonly lockSeconds: number;
}

/** Implemented by `store/identity-rows.ts`, where each is described. */
export interface IdentityRows extends SignOnRows {
  findAccount(id: string): Promise<Account | null>;
  findAccountByEmail(email: string): Promise<Account | null>;
  /** Throws `conflict` when the address is taken. */
  insertAccount(account: NewAccountRow): Promise<Account>;
  dropUnproved(email: string): Promise<void>;
  renameAccount(id: string, name: string, nowMs: number): Promise<void>;
  setDeleted(id: string, deletedAt: number | null): Promise<void>;
  insertPassword(
    account: string,
    password: { readonly passwordHash: string; readonly nowMs: number },
  ): Promise<boolean>;
  replacePasswordHash(old: string, hash: string): Promise<void>;
  findSession(token: string): Promise<FoundSession | null>;
  insertSession(session: NewSessionRow): Promise<void>;
  noteSessionUsed(session: string, nowMs: number): Promise<void>;
  listSessions(account: string, nowMs: number): Promise<readonly SessionShown[]>;
  endSession(account: string, session: string): Promise<boolean>;
  endSessions(account: string, except: string | null): Promise<number>;
  isSession(session: string): Promise<boolean>;
  stepUpSession(session: string): Promise<boolean>;
  stepUpByPasskey(session: string): Promise<boolean>;
  isNewAgent(which: {
    readonly account: string;
    readonly session: string;
    readonly userAgent: string;
  }): Promise<boolean>;
  findSessionPerson(session: string): Promise<SessionPerson | null>;
  sweepExpired(nowMs: number, sessionsBeforeMs: number): Promise<number>;
  /** False while the account is locked. */
  countTry(account: string, count: TryCount): Promise<boolean>;
  forgetTries(account: string): Promise<void>;
  /** True once for a code. */
  spendCode(account: string, code: string): Promise<boolean>;
  findVerification(identifier: string): Promise<string | null>;
  endResets(account: string): Promise<void>;
}
