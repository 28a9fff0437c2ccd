import type { SignedIn } from "../core/ports/identity.ts";
import { findStandingKey, type KeyAccessRow } from "../store/access.ts";
import type { HttpParts } from "./http-parts.ts";

/** A signed-in person, and the key that they are bound to: the one whose link began the session, where it is not the home's own. */
export interface PersonByKey extends SignedIn {
  readonly boundTo: KeyAccessRow | null;
}

/** Whose session a Cookie header carries. One that was begun by a key's link ends here once that key lets nobody in. */
export async function findPerson(
  { identity, dispatch, clock }: Pick<HttpParts, "identity" | "dispatch" | "clock">,
  cookie: string,
): Promise<PersonByKey | null> {
  const found = (await identity?.findSignedIn(cookie)) ?? null;
  if (found === null || found.byKey === null) return found && { ...found, boundTo: null };
  const key = await findStandingKey(dispatch, found.byKey, clock.nowMs());
  if (key !== null) return { ...found, boundTo: key.ofHome ? null : key };
  await identity?.endSession(found.account, found.session);
  return null;
}
