import type { Project } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { setProjectDeleted } from "../store/projects.ts";
import { actInProject } from "./act-in-project.ts";
import { hasKeys } from "./has-keys.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { requireRecoverable } from "./recoverable.ts";

/** Brings a deleted project back as it was; its runs go on. Throws `conflict` after 30 days, for one whose keys are gone, and for one that is there. */
export async function restoreProject(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
  project: string,
): Promise<Project> {
  const place = { organization, project };
  return await actInProject(parts, place, actor, "restoreProject", async ({ tx, nowMs, row, shown }) => {
    requireRecoverable("project", row.deletedAt, nowMs);
    if (row.shreddedAt !== null || !(await hasKeys(parts, organization, row.id)))
      throw new AppError("conflict", "The keys of this project were destroyed: nothing can bring it back.");
    await tx.query(setProjectDeleted(row.id, null));
    return {
      result: { ...shown, deletedAt: null, recoverableUntil: null },
      acts: [{ action: "project.restored", target: shown.id }],
    };
  });
}
