/** What the library asks of us when it writes: who may be created, what of a provider is kept, how a session was begun. */
import type { BetterAuthOptions } from "better-auth";
import { APIError, getOAuthState } from "better-auth/api";
import { AppError } from "../../core/errors.ts";
import type { SignedIn } from "../../core/ports/identity.ts";
import { currentAuthCall } from "./auth-call.ts";
import type { IdentityOptions } from "./identity-options.ts";
import { requireOwnWayIn } from "./sign-on-enforced.ts";
import { tellOfSignIn } from "./tell-person.ts";
import { admitSignUp, checkAge } from "./sign-up-policy.ts";

type Hooks = NonNullable<BetterAuthOptions["databaseHooks"]>;

const CALLBACK = "/callback/:id";
/** How a session is begun, by the library's path; any other begins none. */
const BEGUN_BY: Readonly<Record<string, "password" | "second_factor" | "passkey" | "provider">> = {
  "/sign-in/email": "password",
  "/change-password": "password",
  "/two-factor/disable": "password",
  "/two-factor/verify-totp": "second_factor",
  "/two-factor/verify-backup-code": "second_factor",
  "/passkey/verify-authentication": "passkey",
  [CALLBACK]: "provider",
};
/** Their session follows the caller's own and goes on with what that came of; at any other somebody signs in. */
const FOLLOWS: ReadonlySet<string> = new Set([
  "/change-password",
  "/two-factor/disable",
  "/two-factor/verify-totp",
  "/two-factor/verify-backup-code",
]);
/** A sign-in that, beside a session of the same person, takes that one's place: the second factor of who has no app. */
const PASSKEY = "/passkey/verify-authentication";
/** Of a provider nothing but ids is kept (PROMISES A2). */
const NO_TOKENS = {
  accessToken: null,
  refreshToken: null,
  idToken: null,
  accessTokenExpiresAt: null,
  refreshTokenExpiresAt: null,
  scope: null,
};

export function libraryHooks(options: IdentityOptions): Hooks {
  return {
    user: {
      create: {
        before: async (user, ctx) => {
          await mayCreate(options, user, ctx?.path);
          return { data: { image: null } };
        },
        after: async ({ id }, ctx) =>
          await options.recordAct({
            action: "account.created",
            account: id,
            facts: { by: ctx?.path === CALLBACK ? "provider" : "sign_up", minimumAge: options.policy.minimumAge },
          }),
      },
      update: { before: (user) => Promise.resolve({ data: { ...user, image: null } }) },
    },
    account: {
      create: { before: () => Promise.resolve({ data: NO_TOKENS }) },
      update: { before: () => Promise.resolve({ data: NO_TOKENS }) },
    },
    session: {
      create: {
        before: async ({ userId }, ctx) => {
          await requireOwnWayIn(options, userId);
          if (ctx?.path === "/two-factor/verify-totp") await spendOnce(options.rows, userId, ctx.body);
          return begunSession(userId, ctx?.path);
        },
        after: async ({ id, userId, userAgent }, ctx) => {
          const before = sessionBefore(userId);
          if (ctx?.path === PASSKEY && before !== null) await options.rows.endSession(userId, before.session);
          await tellOfSession(options, { id, account: userId, userAgent: userAgent ?? "", path: ctx?.path });
        },
      },
    },
  };
}

/** Sign-up by form was admitted before the library was called; a provider's comes here with what the state kept. */
async function mayCreate(
  options: IdentityOptions,
  { email, emailVerified }: { readonly email: string; readonly emailVerified: boolean },
  path: string | undefined,
): Promise<void> {
  if (currentAuthCall()?.maySignUp === true) return;
  const state = path === CALLBACK ? await getOAuthState() : null;
  try {
    if (state === null) throw new AppError("sign_up_closed", "Nobody signs up this way.");
    // An invitation is an address's: whoever only says that it is theirs gets no account by it.
    if (!emailVerified) throw new AppError("email_unverified", "The provider has not confirmed the mail address.");
    const invitation = typeof state["invitation"] === "string" ? state["invitation"] : undefined;
    await admitSignUp(options, { email: email.toLowerCase(), invitation });
    if (state["ageMet"] !== true) checkAge(options.policy, undefined, options.clock.nowMs());
  } catch (error) {
    if (error instanceof AppError) throw new APIError("FORBIDDEN", { code: error.code, message: error.message });
    throw error;
  }
}

/** Of two sign-ins with one code, one is (RFC 6238, 5.2). */
async function spendOnce(rows: IdentityOptions["rows"], account: string, body: unknown): Promise<void> {
  const code = typeof body === "object" && body !== null && "code" in body ? String(body.code) : "";
  if (await rows.spendCode(account, code)) return;
  throw new APIError("UNAUTHORIZED", { code: "INVALID_CODE", message: "This code was used before" });
}

/** The fields of ours of a session that is being begun; false begins none. */
function begunSession(account: string, path: string | undefined): false | { data: Record<string, unknown> } {
  const call = currentAuthCall();
  const { address, userAgent } = call?.origin ?? { address: null, userAgent: null };
  const own = { ipAddress: address, userAgent: userAgent?.slice(0, 500) ?? null };
  const begunBy = path === undefined ? undefined : BEGUN_BY[path];
  if (begunBy === undefined) return false;
  const before = path !== undefined ? sessionBefore(account) : null;
  const kept = path === "/change-password" && before?.secondFactor === true;
  const secondFactor = kept || begunBy === "second_factor" || begunBy === "passkey";
  // A provider's word stays one, however the session is renewed.
  const by = kept && before.factorClaimed ? "sign_on" : begunBy;
  if (before === null || !(FOLLOWS.has(path ?? "") || path === PASSKEY))
    return { data: { ...own, secondFactor, begunBy: by, signedOnBy: null, byKey: null } };
  const { signedOnBy, byKey } = before;
  // A passkey is no reason for the organization's provider, or for the key, to be asked later than it would have been.
  const bound = path === PASSKEY && (signedOnBy !== null || byKey !== null);
  const ends = bound ? { expiresAt: new Date(before.expiresAt) } : {};
  return { data: { ...own, ...ends, secondFactor, begunBy: by, signedOnBy, byKey } };
}

/** The session that the call came with, if it is of the same person. */
function sessionBefore(account: string): SignedIn | null {
  const signedIn = currentAuthCall()?.signedIn ?? null;
  return signedIn?.account === account ? signedIn : null;
}

/** Not of a session that replaces the caller's own, and not of one that still waits for its second factor. */
async function tellOfSession(
  options: IdentityOptions,
  { id, account, userAgent, path }: { id: string; account: string; userAgent: string; path: string | undefined },
): Promise<void> {
  const { rows, recordAct, afterSignIn } = options;
  const call = currentAuthCall();
  if (path !== undefined && FOLLOWS.has(path) && call?.signedIn?.account === account) return;
  const person = await rows.findSessionPerson(id);
  if (!person || (person.waits && path !== undefined)) return;
  if (call) await afterSignIn?.({ ...call.attempt, account }, call.origin);
  await recordAct({ action: "session.begun", account, facts: { by: BEGUN_BY[path ?? ""] ?? "link" } });
  await tellOfSignIn(options, { id, account, address: call?.origin.address ?? "", userAgent });
}
