/** Whoever's address is in a domain whose people come in by sign-on only is not let in another way (PROMISES A5). */
import { APIError } from "better-auth/api";
import { AppError } from "../../core/errors.ts";
import { currentAuthCall } from "./auth-call.ts";
import type { IdentityOptions } from "./identity-options.ts";

const MESSAGE = "People with addresses of this domain sign in by their organization's sign-on.";

/** Asked before a password is looked at, so that nobody learns whether it is right. Throws `sign_on_required`. */
export async function requireNotEnforced(
  { signOn }: Pick<IdentityOptions, "signOn">,
  email: string | null,
): Promise<void> {
  if (signOn === undefined || email === null) return;
  if (await signOn.isEnforced(domainOf(email))) throw new AppError("sign_on_required", MESSAGE);
}

/**
 * Asked when the library begins a session by any proof: passkeys and providers name nobody before that. A session that its
 * own holder replaces is not a new way in.
 */
export async function requireOwnWayIn(
  { signOn, rows }: Pick<IdentityOptions, "signOn" | "rows">,
  account: string,
): Promise<void> {
  if (signOn === undefined || currentAuthCall()?.signedIn?.account === account) return;
  const found = await rows.findAccount(account);
  if (found !== null && (await signOn.isEnforced(domainOf(found.email))))
    throw new APIError("FORBIDDEN", { code: "SIGN_ON_REQUIRED", message: MESSAGE });
}

function domainOf(email: string): string {
  return email.slice(email.lastIndexOf("@") + 1).toLowerCase();
}
