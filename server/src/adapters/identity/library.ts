/**
 * The sign-in library with the settings that close its past holes; a test holds each of them. Importing this loads it, so
 * nothing but `serve-auth.ts` does.
 */
import { passkey } from "@better-auth/passkey";
import { betterAuth, type BetterAuthOptions } from "better-auth";
import { APIError } from "better-auth/api";
import { twoFactor } from "better-auth/plugins";
import { Kysely } from "kysely";
import { FRESH_SECONDS } from "./admit-auth.ts";
import type { IdentityOptions } from "./identity-options.ts";
import { poolDialect } from "./kysely-dialect.ts";
import { libraryHooks } from "./library-hooks.ts";
import { openIdProviders } from "./openid-provider.ts";
import { isImportedHash, type Passwords } from "./passwords.ts";
import { providerSecondFactor } from "./provider-second-factor.ts";
import { boundToken, CHANGES_ADDRESS, claimsOf } from "./mailed-token.ts";
import { tellOfProof } from "./tell-person.ts";
import { cookiePrefix, SESSION_SECONDS } from "./session-token.ts";

export interface LibraryParts extends IdentityOptions {
  readonly secretText: string;
  readonly passwords: Passwords;
  /** What the library reaches the outside by. */
  readonly fetch: typeof globalThis.fetch;
}

export interface Library {
  handle(request: Request): Promise<Response>;
}

export const AUTH_PREFIX = "/v1/auth";
/** Of mailed links. */
const LINK_SECONDS = 3600;
const PROVIDER_PATHS: ReadonlySet<string> = new Set(["/callback/:id"]);
/** TOTP challenge, passkey ceremony and state live in cookies of their own; only the state must survive a cross-site return. */
const LAX = { attributes: { sameSite: "lax" } } as const;

export async function loadLibrary(parts: LibraryParts): Promise<Library> {
  // The library lets its environment add trusted origins, secrets and telemetry; ours is read once, in config.ts.
  for (const name of Object.keys(process.env)) if (name.startsWith("BETTER_AUTH_")) delete process.env[name];
  const auth = betterAuth(libraryOptions(parts));
  await auth.$context;
  return { handle: (request) => auth.handler(request) };
}

export function libraryOptions(parts: LibraryParts): BetterAuthOptions {
  const publicUrl = parts.publicUrl();
  const secure = publicUrl.startsWith("https:");
  return {
    appName: "Steward",
    baseURL: publicUrl,
    basePath: AUTH_PREFIX,
    trustedOrigins: [publicUrl],
    secrets: [{ version: 1, value: parts.secretText }],
    database: {
      db: new Kysely<Record<string, never>>({ dialect: poolDialect(parts.database) }),
      type: "postgres",
      transaction: true,
    },
    databaseHooks: libraryHooks(parts),
    telemetry: { enabled: false },
    rateLimit: { enabled: false }, // `beforeAuth` limits, and outlives restarts
    logger: { level: "error", log: (_level, message, ...more: unknown[]) => logFailure(parts, message, more) },
    onAPIError: { errorURL: `${publicUrl}/sign-in`, throw: true }, // else what fails is printed, with what it carried
    verification: { storeIdentifier: "hashed" }, // else whoever reads the table could reset passwords
    user: {
      additionalFields: { deletedAt: { type: "date", required: false, input: false, returned: false } },
      changeEmail: { enabled: true, sendChangeEmailConfirmation: changeMail(parts) },
    },
    session: {
      expiresIn: SESSION_SECONDS,
      freshAge: FRESH_SECONDS,
      disableSessionRefresh: true,
      cookieCache: { enabled: false }, // an ended session is over with the next request
      additionalFields: {
        secondFactor: { type: "boolean", required: true, input: false, returned: false },
        begunBy: { type: "string", required: true, input: false, returned: false },
        signedOnBy: { type: "string", required: false, input: false, returned: false },
        byKey: { type: "string", required: false, input: false, returned: false },
      },
    },
    account: {
      accountLinking: {
        enabled: true,
        trustedProviders: [],
        requireLocalEmailVerified: true,
        allowDifferentEmails: false,
      },
      updateAccountOnSignIn: false,
      storeAccountCookie: false,
    },
    ...proofs(parts),
    plugins: plugins(parts, publicUrl),
    advanced: {
      database: { generateId: "uuid" },
      cookiePrefix: cookiePrefix(secure),
      useSecureCookies: false, // the prefix __Host- says it, and the attribute below does it
      defaultCookieAttributes: { secure, httpOnly: true, sameSite: "strict", path: "/" },
      cookies: { state: LAX, oauth_state: LAX },
      disableOriginCheck: false,
      disableCSRFCheck: false,
      ipAddress: { disableIpTracking: true }, // ours is noted with the session
    },
  };
}

function proofs(parts: LibraryParts): Pick<BetterAuthOptions, "emailAndPassword" | "emailVerification"> {
  const { passwords } = parts;
  const publicUrl = parts.publicUrl();
  return {
    emailAndPassword: {
      enabled: true,
      autoSignIn: false,
      requireEmailVerification: true,
      minPasswordLength: 10,
      maxPasswordLength: 200,
      password: {
        hash: async (password) => await passwords.hash(password),
        verify: async ({ hash, password }) => {
          const right = await passwords.verify(hash, password);
          if (right && isImportedHash(hash)) await parts.rows.replacePasswordHash(hash, await passwords.hash(password));
          return right;
        },
      },
      resetPasswordTokenExpiresIn: LINK_SECONDS,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: async ({ user, token }) =>
        await parts.sendMail({
          to: user.email,
          template: "reset",
          values: { name: user.name, url: `${publicUrl}/reset-password#token=${token}` },
        }),
      onPasswordReset: async ({ user }) => {
        await parts.rows.endResets(user.id); // links that were mailed before this one, too
        await parts.recordAct({ action: "password.reset", account: user.id, facts: {} });
        await tellOfProof(parts, user.id, "changed", { what: "password" });
      },
    },
    emailVerification: {
      sendOnSignUp: true,
      sendOnSignIn: false,
      autoSignInAfterVerification: false,
      expiresIn: LINK_SECONDS,
      sendVerificationEmail: async ({ user, token }) => {
        const values = { name: user.name, url: `${publicUrl}/verify-email#token=${boundToken(token, user.id)}` };
        await parts.sendMail(
          claimsOf(token)["requestType"] === CHANGES_ADDRESS
            ? { to: user.email, template: "change", values: { ...values, holder: "new", newEmail: user.email } }
            : { to: user.email, template: "verify", values },
        );
      },
    },
  };
}

/** The present address agrees first, where it was ever proved; then the new one is asked (`sendVerificationEmail`). */
function changeMail({ sendMail, publicUrl }: LibraryParts) {
  return async ({
    user,
    newEmail,
    token,
  }: {
    user: { email: string; name: string };
    newEmail: string;
    token: string;
  }) =>
    await sendMail({
      to: user.email,
      template: "change",
      values: { name: user.name, holder: "old", newEmail, url: `${publicUrl()}/verify-email#token=${token}` },
    });
}

/** A passkey counts as two factors because it asked for a finger, a face or a PIN: one that did not is none here. */
function demandUser(verified: boolean): void {
  if (verified) return;
  throw new APIError("FORBIDDEN", {
    code: "USER_VERIFICATION_MISSING",
    message: "The passkey did not verify its user",
  });
}

function plugins(parts: LibraryParts, publicUrl: string): NonNullable<BetterAuthOptions["plugins"]> {
  return [
    twoFactor({ issuer: "Steward", allowPasswordless: true, twoFactorCookieMaxAge: 600 }),
    passkey({
      rpID: new URL(publicUrl).hostname,
      rpName: "Steward",
      origin: publicUrl,
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      registration: {
        afterVerification: ({ verification }) => demandUser(verification.registrationInfo?.userVerified === true),
      },
      authentication: {
        afterVerification: ({ verification }) => demandUser(verification.authenticationInfo.userVerified),
      },
    }),
    openIdProviders(parts.providers, { fetch: parts.fetch, monotonicMs: parts.clock.monotonicMs, log: parts.log }),
    providerSecondFactor(PROVIDER_PATHS, publicUrl),
  ];
}

/** Messages of the library may hold addresses and what was typed: only that something failed, and the error, is logged. */
function logFailure({ log }: LibraryParts, message: string, more: readonly unknown[]): void {
  const error = more.find((one) => one instanceof Error && one.name !== "APIError" && one.name !== "BetterAuthError");
  if (error !== undefined) log(`sign-in failed inside: ${message.slice(0, 40)}`, error);
}
