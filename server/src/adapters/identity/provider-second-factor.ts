/**
 * Who set up a second factor is asked for it however they sign in. The library asks after a password only; this does the
 * same after a provider: the session is taken back, and a challenge is left that `/two-factor/verify-…` turns into one.
 */
import type { BetterAuthPlugin } from "better-auth";
import { createAuthMiddleware, getOAuthState } from "better-auth/api";
import { deleteSessionCookie } from "better-auth/cookies";
import { generateRandomString } from "better-auth/crypto";

const CHALLENGE_SECONDS = 600;

/** `paths` are those of the library whose sessions are not yet a second factor. */
export function providerSecondFactor(paths: ReadonlySet<string>, publicUrl: string): BetterAuthPlugin {
  return {
    id: "steward-second-factor",
    hooks: {
      after: [
        {
          matcher: ({ path }) => path !== undefined && paths.has(path),
          handler: createAuthMiddleware(async (ctx) => {
            const begun = ctx.context.newSession;
            if (!begun || begun.user["twoFactorEnabled"] !== true) return;
            const { internalAdapter, secret } = ctx.context;
            deleteSessionCookie(ctx, true);
            await internalAdapter.deleteSession(begun.session.token);
            ctx.context.setNewSession(null);
            const identifier = `2fa-${generateRandomString(20)}`;
            const expiresAt = new Date(Date.now() + CHALLENGE_SECONDS * 1000);
            await internalAdapter.createVerificationValue({ value: begun.user.id, identifier, expiresAt });
            const attempts = `2fa-attempts-${identifier}`;
            await internalAdapter.createVerificationValue({ value: "0", identifier: attempts, expiresAt });
            const cookie = ctx.context.createAuthCookie("two_factor", { maxAge: CHALLENGE_SECONDS });
            await ctx.setSignedCookie(cookie.name, identifier, secret, cookie.attributes);
            const to = (await getOAuthState())?.callbackURL.slice(publicUrl.length) ?? "/";
            throw ctx.redirect(`${publicUrl}/two-factor?next=${encodeURIComponent(to)}`);
          }),
        },
      ],
    },
  };
}
