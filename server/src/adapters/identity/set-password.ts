import { AppError } from "../../core/errors.ts";
import type { AuthCall } from "./auth-call.ts";
import type { Sent } from "./auth-paths.ts";
import type { IdentityOptions } from "./identity-options.ts";
import type { Passwords } from "./passwords.ts";

export const SET_PASSWORD = "/set-password";

/**
 * The first password of an account that has none: of whoever came in by a link, a sign-on or a provider. Who is let near
 * is `admitAuth`'s to say. Throws `conflict` where there is a password: that one is changed, by whoever knows it.
 */
export async function setPassword(
  { rows, clock, passwords }: Pick<IdentityOptions, "rows" | "clock"> & { readonly passwords: Passwords },
  { signedIn }: AuthCall,
  { newPassword }: Sent,
): Promise<Response> {
  if (signedIn === null) throw new AppError("unauthenticated", "Nobody is signed in here, or the session has ended.");
  const passwordHash = await passwords.hash(String(newPassword));
  if (!(await rows.insertPassword(signedIn.account, { passwordHash, nowMs: clock.nowMs() })))
    throw new AppError("conflict", "This account has a password: change it instead.");
  return Response.json({});
}
