import type { SignedIn } from "../core/ports/identity.ts";
import { keyStands } from "../store/access.ts";
import type { HttpParts } from "./http-parts.ts";

/** Whose session a Cookie header carries. One that was begun by a key's link ends here once that key lets nobody in. */
export async function findPerson(
  { identity, dispatch, clock }: Pick<HttpParts, "identity" | "dispatch" | "clock">,
  cookie: string,
): Promise<SignedIn | null> {
  const found = (await identity?.findSignedIn(cookie)) ?? null;
  if (found === null || found.byKey === null || (await keyStands(dispatch, found.byKey, clock.nowMs()))) return found;
  await identity?.endSession(found.account, found.session);
  return null;
}
