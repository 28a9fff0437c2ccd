/** The end of projects and organizations that were deleted 30 days ago (PROMISES E5). */
import { findOrganizationToPurge, findProjectToPurge } from "../store/purge.ts";
import { purgeOrganization } from "./purge-organization.ts";
import { purgeProject } from "./purge-project.ts";
import { RECOVERABLE_MS } from "./recoverable.ts";
import { endShreddings, type ShredAgainParts } from "./shred-again.ts";

export interface PurgeDeleted {
  /** A bounded turn: at most one project and one organization. Any number of processes may do it at once. */
  turn(): Promise<void>;
}

export function createPurgeDeleted(parts: ShredAgainParts): PurgeDeleted {
  const { dispatch, clock, log } = parts;
  let project: string | null = null;
  let organization: string | null = null;

  /** One that is not done, or fails, is passed by until the next round: it holds up no other. */
  const quietly = async (what: string, act: () => Promise<unknown>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      log(`${what} was not purged`, error);
    }
  };

  return {
    async turn() {
      await endShreddings(parts);
      const beforeMs = clock.nowMs() - RECOVERABLE_MS;
      const scope = await findProjectToPurge(dispatch, beforeMs, project);
      project = scope?.project ?? null;
      if (scope !== null) await quietly(`the project ${scope.project}`, () => purgeProject(parts, scope, beforeMs));
      const found = await findOrganizationToPurge(dispatch, beforeMs, organization);
      organization = found;
      if (found !== null) await quietly(`the organization ${found}`, () => purgeOrganization(parts, found, beforeMs));
    },
  };
}
