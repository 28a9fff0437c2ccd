import type { Organization } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { setOrganizationDeleted } from "../store/organizations.ts";
import { act } from "./act.ts";
import { requireRecoverable } from "./recoverable.ts";
import { getOrganization } from "./get-organization.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";

/** Brings a deleted organization back as it was; its runs go on. Throws `conflict` after 30 days, and for one that is there. */
export async function restoreOrganization(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
): Promise<Organization> {
  const asked = { route: "restoreOrganization", needs: "organization.delete" } as const;
  const place = { organization, project: null, evenDeleted: true };
  await act(parts, place, actor, asked, async ({ tx, nowMs, organization: row }) => {
    requireRecoverable("organization", row.deletedAt, nowMs);
    const { count } = await tx.query(setOrganizationDeleted(organization, null));
    if (count === 0) throw new AppError("conflict", "This organization is being erased: its keys are destroyed.");
    return { result: null, acts: [{ action: "organization.restored", target: showId("org", organization) }] };
  });
  return await getOrganization(parts, actor, organization);
}
