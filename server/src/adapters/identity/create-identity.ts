/**
 * Who people are, on the sign-in library's tables. What every request asks, and what needs no proof, is plain SQL; the
 * library (0.5 s and 42 MB to load) comes with the first call under `/v1/auth/`.
 */
import { isIP } from "node:net";
import { AppError } from "../../core/errors.ts";
import { showId } from "../../core/id.ts";
import type { Entrance, Identity, NewAccount, SignedIn } from "../../core/ports/identity.ts";
import type { IdentityOptions } from "./identity-options.ts";
import { createPasswords } from "./passwords.ts";
import type { Door } from "./serve-auth.ts";
import { createSignOnDoor, type SignOnDoor } from "./sign-on.ts";
import { vouchedAccount } from "./sign-on-accounts.ts";
import { tellOfSignIn } from "./tell-person.ts";
import { endedCookie, readSessionToken, SESSION_SECONDS, sessionCookie } from "./session-token.ts";

const NOTE_MS = 60_000;
const TOKEN_CHARS = 32;
const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export function createIdentity(options: IdentityOptions): Identity {
  const { rows, clock, ids, log } = options;
  const secret = Buffer.from(options.secret).toString("base64url");
  const passwords = createPasswords((count) => ids.bytes(count));
  const isSecure = (): boolean => options.publicUrl().startsWith("https:");
  const findSignedIn = createFindSignedIn(options, secret, isSecure);
  let door: Promise<Door> | null = null;
  const newToken = (): string => makeToken((count) => ids.bytes(count));
  const signOnDoor: SignOnDoor | null =
    options.signOn === undefined
      ? null
      : createSignOnDoor({ ...options, rules: options.signOn, secretText: secret, makeToken: newToken, isSecure });
  const openDoor = async (): Promise<Door> => {
    const { createDoor } = await import("./serve-auth.ts");
    return createDoor({ ...options, secretText: secret, passwords, findSignedIn, isSecure });
  };

  const createAccount = async ({ email, name, password, emailVerified }: NewAccount) => {
    const passwordHash = password === null ? null : await passwords.hash(password);
    const nowMs = clock.nowMs();
    return await rows.insertAccount({ email, name, emailVerified, id: ids.uuid(), passwordHash, nowMs });
  };

  return {
    get entrance() {
      return entranceOf(options);
    },
    async handle(request, origin) {
      const signOn =
        (await signOnDoor?.handle(request, new URL(request.url).pathname.replace(/^\/v1\/auth/, ""), origin)) ?? null;
      if (signOn !== null) return signOn;
      door ??= openDoor();
      door.catch(() => (door = null)); // the next call tries again
      return await (await door).handle(request, origin);
    },
    findSignedIn,
    findAccount: (id) => rows.findAccount(id),
    findAccountByEmail: (email) => rows.findAccountByEmail(email),
    createAccount,
    vouchFor: (person) => vouchedAccount(rows, person, { id: ids.uuid(), nowMs: clock.nowMs() }),
    beginSession: createBeginSession(options, newToken, (token) => sessionCookie(token, secret, isSecure())),
    clearCookie: () => endedCookie(isSecure()),
    renameAccount: (id, name) => rows.renameAccount(id, name, clock.nowMs()),
    listSessions: (account) => rows.listSessions(account, clock.nowMs()),
    endSession: (account, session) => rows.endSession(account, session),
    endSessions: (account, except) => rows.endSessions(account, except),
    setDeleted: (account, deletedAt) => rows.setDeleted(account, deletedAt),
    sweep: (nowMs, sessionsBeforeMs) => rows.sweepExpired(nowMs, sessionsBeforeMs),
    async close() {
      const opened = await door?.catch((error: unknown) => log("the sign-in library did not load", error));
      await opened?.settle();
    },
  };
}

/** Of a session that nothing proved. */
function createBeginSession(
  options: IdentityOptions,
  newToken: () => string,
  cookieOf: (token: string) => string,
): Identity["beginSession"] {
  const { rows, clock, ids } = options;
  return async (account, origin, link) => {
    const byKey = link?.key ?? null;
    if (byKey !== null) await requireLinkAllowed(options, account);
    const [id, token, nowMs] = [ids.uuid(), newToken(), clock.nowMs()];
    const endsMs = nowMs + SESSION_SECONDS * 1000;
    await rows.insertSession({ id, token, account, origin, byKey, nowMs, endsMs });
    if (link !== undefined) {
      const key = byKey === null ? null : showId("key", byKey);
      await options.recordAct({ action: "session.begun", account, facts: { by: "link", key } });
      await tellOfSignIn(options, { id, account, address: origin.address, userAgent: origin.userAgent ?? "" });
    }
    return [cookieOf(token)];
  };
}

/** Whoever must come in by sign-on is not let in by a key either; the installation's own links stay, for when sign-on fails. */
async function requireLinkAllowed({ rows, signOn }: IdentityOptions, account: string): Promise<void> {
  const person = await rows.findAccount(account);
  const domain = person?.email.slice(person.email.lastIndexOf("@") + 1) ?? "";
  if (signOn !== undefined && (await signOn.isEnforced(domain)))
    throw new AppError(
      "sign_on_required",
      "People with addresses of this domain sign in by their organization's sign-on.",
    );
}

/** The cookie's signature first, then one statement. */
function createFindSignedIn(
  { rows, clock, log }: IdentityOptions,
  secret: string,
  isSecure: () => boolean,
): (cookie: string) => Promise<SignedIn | null> {
  const noting = new Set<string>();
  const noteUsed = (session: string, nowMs: number): void => {
    if (noting.has(session)) return;
    noting.add(session);
    void rows
      .noteSessionUsed(session, nowMs)
      .catch((error: unknown) => log(`the use of session ${session} was not noted`, error))
      .finally(() => noting.delete(session));
  };
  return async (cookie) => {
    const token = readSessionToken(cookie, secret, isSecure());
    if (token === null) return null;
    const found = await rows.findSession(token);
    const nowMs = clock.nowMs();
    if (found === null || found.expiresAt <= nowMs) return null;
    const { lastUsedAt, ...signedIn } = found;
    if (nowMs - lastUsedAt > NOTE_MS) noteUsed(found.session, nowMs);
    return signedIn;
  };
}

function entranceOf({ policy, providers, publicUrl }: IdentityOptions): Entrance {
  const { hostname } = new URL(publicUrl());
  return {
    ...policy,
    providers: Object.entries(providers).map(([id, { name }]) => ({ id, name })),
    passkeys: isIP(hostname.replace(/^\[|\]$/g, "")) === 0,
  };
}

/** As the library's own: 32 letters and digits, 190 bits. */
function makeToken(randomBytes: (count: number) => Buffer): string {
  let token = "";
  for (let rounds = 0; token.length < TOKEN_CHARS; rounds++) {
    if (rounds > 100) throw new AppError("internal", "The source of randomness gives nothing usable.");
    for (const byte of randomBytes(TOKEN_CHARS))
      if (byte < 248 && token.length < TOKEN_CHARS) token += ALPHANUMERIC[byte % ALPHANUMERIC.length];
  }
  return token;
}
