import type { SupportConsent } from "@steward/sdk";
import { showId } from "../core/id.ts";
import { countActiveConsents, insertSupportConsent } from "../store/support-consents.ts";
import { act } from "./act.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { tooMany } from "./refusals.ts";
import { showConsent } from "./show-consent.ts";

const ACTIVE_MAX = 10;
const HOUR_MS = 3_600_000;

/** Lets the operator's staff look inside, as a viewer, for some hours (PROMISES B5). */
export async function createSupportConsent(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
  { reason, hours }: { readonly reason: string; readonly hours: number },
): Promise<SupportConsent> {
  const asked = { route: "createSupportConsent", needs: "support.write" } as const;
  return await act(parts, { organization, project: null }, actor, asked, async ({ tx, nowMs }) => {
    if ((await countActiveConsents(tx, organization, nowMs)) >= ACTIVE_MAX)
      throw tooMany("active consents", ACTIVE_MAX);
    const id = parts.ids.uuid();
    const expiresAt = nowMs + hours * HOUR_MS;
    const row = { id, reason, grantedBy: actor.member, grantedAt: nowMs, expiresAt, revokedAt: null };
    await tx.query(insertSupportConsent(organization, row));
    return {
      result: showConsent(row),
      acts: [{ action: "support.granted", target: showId("sup", id), facts: { hours } }],
    };
  });
}
