import { createHash } from "node:crypto";
import { showId } from "../core/id.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { hasEnteredSince } from "../store/support-consents.ts";
import { actAs } from "./act.ts";
import type { PeopleParts } from "./people-parts.ts";

const HOUR_MS = 3_600_000;

export interface SupportVisit {
  readonly organization: string;
  readonly project: string | null;
  /** The operator's account, and the session they look through. */
  readonly account: string;
  readonly session: string;
}

/**
 * Writes into the organization's audit that the operator's staff looks inside, before they see anything: once a session,
 * hour and project, whichever processes serve it. The session is named by a digest.
 */
export async function noteSupport(
  parts: Pick<PeopleParts, "database" | "clock">,
  { organization, project, account, session }: SupportVisit,
): Promise<void> {
  const mark = createHash("sha256").update(session).digest("base64url");
  const visit = { mark, project, sinceMs: parts.clock.nowMs() - HOUR_MS };
  const known = await inScope(parts.database, organizationScope(organization), (tx) =>
    hasEnteredSince(tx, organization, visit),
  );
  if (known) return;
  await actAs(parts, { organization, project }, showId("acc", account), async ({ tx }) => {
    // Under the lock of the organization's row: of several calls at once, one writes it.
    if (await hasEnteredSince(tx, organization, visit)) return { result: null, acts: [] };
    const target = showId("org", organization);
    return { result: null, acts: [{ action: "support.entered", target, facts: { session: mark } }] };
  });
}
