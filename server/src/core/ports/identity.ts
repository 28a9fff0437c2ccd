/** Who people are: accounts, how they prove it, and their sessions. Behind it is the sign-in library; nothing else knows it. */

/** A signed-in person, as each request asks. */
export interface SignedIn {
  readonly account: string;
  readonly session: string;
  /** Of the session's beginning and end, wall-clock milliseconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Whether this session passed a second factor, or was begun by a passkey that verified its user. */
  readonly secondFactor: boolean;
  /** Whether that second factor is the word of the sign-on's provider: it counts in `signedOnBy` and nowhere else. */
  readonly factorClaimed: boolean;
  /** The organization whose sign-on began this session, else null. */
  readonly signedOnBy: string | null;
  /** The API key whose link began this session, and with which it ends; else null. */
  readonly byKey: string | null;
  /** A deleted account signs in for nothing but to be brought back. */
  readonly deleted: boolean;
}

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string;
  /** Whether signing in asks for a second factor. */
  readonly secondFactor: boolean;
  /** Whether a password stands; who came by a link, a sign-on or a provider may have none. */
  readonly hasPassword: boolean;
  /** Whether a passkey stands: what changes proofs then takes a session that passed it. */
  readonly hasPasskey: boolean;
  readonly createdAt: number;
  /** When its owner deleted it, else null. */
  readonly deletedAt: number | null;
}

/** A session as its owner sees it (PROMISES A3). */
export interface SessionShown {
  readonly id: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** What a request says of where it comes from. */
export interface Origin {
  readonly address: string;
  readonly userAgent: string | null;
}

export interface NewAccount {
  readonly email: string;
  readonly name: string;
  /** Null: signs in by link, sign-on or a reset. */
  readonly password: string | null;
  readonly emailVerified: boolean;
}

/** What made a one-time link: an API key, or the installation itself (null). */
export interface LinkOrigin {
  readonly key: string | null;
}

/** A way in beside the password, as the page names it. */
export interface ProviderShown {
  readonly id: string;
  readonly name: string;
}

/** How one may sign up and in here. */
export interface Entrance {
  readonly signUp: "open" | "invitation" | "closed";
  readonly minimumAge: number | null;
  readonly providers: readonly ProviderShown[];
  /** Browsers make passkeys for names, not for addresses. */
  readonly passkeys: boolean;
}

export interface Identity {
  readonly entrance: Entrance;
  /**
   * Serves what is under `/v1/auth/`; null for an address that is not on the list of what is served. Throws an `AppError`
   * for what it refuses; the library is loaded with the first call.
   */
  handle(request: Request, origin: Origin): Promise<Response | null>;
  /** Whose session the Cookie header carries; one query, no cache: an ended session is over with the next request. */
  findSignedIn(cookie: string): Promise<SignedIn | null>;
  findAccount(id: string): Promise<Account | null>;
  findAccountByEmail(email: string): Promise<Account | null>;
  /** Throws `conflict` when the address is taken. */
  createAccount(account: NewAccount): Promise<Account>;
  /**
   * The account with an address that the caller vouches for, made without a proof if there is none; of one that was never
   * verified, what somebody left there to come in by is taken away.
   */
  vouchFor(person: { readonly email: string; readonly name: string }): Promise<Account>;
  /**
   * Begins a session without proof; gives the Set-Cookie headers. With `link`, for one of the installation's one-time links:
   * it is audited and mailed as any sign-in. Throws `sign_on_required` for a key's link where sign-on is enforced.
   */
  beginSession(account: string, origin: Origin, link?: LinkOrigin): Promise<readonly string[]>;
  /** The Set-Cookie header that takes a session's cookie away. */
  clearCookie(): string;
  renameAccount(id: string, name: string): Promise<void>;
  /** Those that stand, newest first, at most 100. */
  listSessions(account: string): Promise<readonly SessionShown[]>;
  /** True when the session was this account's and is over. */
  endSession(account: string, session: string): Promise<boolean>;
  /** Ends all of an account's sessions but the one given; gives how many. */
  endSessions(account: string, except: string | null): Promise<number>;
  /** Marks an account as deleted and ends its sessions, or takes that back with null. */
  setDeleted(account: string, deletedAt: number | null): Promise<void>;
  /** Erases what has expired: proofs asked for, and sessions that ended before the given moment; gives how many rows. */
  sweep(nowMs: number, sessionsBeforeMs: number): Promise<number>;
  /** Waits for mails that are being written. */
  close(): Promise<void>;
}
