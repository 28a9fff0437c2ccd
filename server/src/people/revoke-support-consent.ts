import { findSupportConsent, setConsentRevoked } from "../store/support-consents.ts";
import { act } from "./act.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { idOf, notThere } from "./refusals.ts";

/** Ends the operator's look inside with their next request; a consent that is over stays as it is. Throws `not_found`. */
export async function revokeSupportConsent(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
  shown: string,
): Promise<void> {
  const id = idOf("sup", shown);
  const asked = { route: "revokeSupportConsent", needs: "support.write" } as const;
  await act(parts, { organization, project: null }, actor, asked, async ({ tx, nowMs }) => {
    const row = await findSupportConsent(tx, organization, id);
    if (row === null) throw notThere("sup", shown);
    if (row.revokedAt !== null || row.expiresAt <= nowMs) return { result: null, acts: [] };
    await tx.query(setConsentRevoked(organization, id, nowMs));
    return { result: null, acts: [{ action: "support.revoked", target: shown }] };
  });
}
