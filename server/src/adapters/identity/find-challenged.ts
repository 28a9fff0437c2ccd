import { createHash } from "node:crypto";
import type { IdentityRows } from "../../core/ports/identity-rows.ts";
import { cookiePrefix, readSigned } from "./session-token.ts";

/** The account of which a second factor is asked, by the cookie that the first one left; the library keeps its digest. */
export async function findChallenged(
  { rows, secretText, isSecure }: { rows: IdentityRows; secretText: string; isSecure: () => boolean },
  cookie: string,
): Promise<string | null> {
  const challenge = readSigned(cookie, `${cookiePrefix(isSecure())}.two_factor`, secretText);
  if (challenge === null) return null;
  return await rows.findVerification(createHash("sha256").update(challenge).digest("base64url"));
}
