import { setProjectDeleted } from "../store/projects.ts";
import { actInProject } from "./act-in-project.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { stopProject } from "./stop-project.ts";

/**
 * Deletes a project: from the next request on it does not exist for anybody but those who may bring it back, for 30
 * days, and nothing of it runs. Repeated, it stops what the first time could not.
 */
export async function deleteProject(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
  project: string,
): Promise<void> {
  const place = { organization, project };
  const id = await actInProject(parts, place, actor, "deleteProject", async ({ tx, nowMs, row, shown }) => {
    if (row.deletedAt !== null) return { result: row.id, acts: [] };
    await tx.query(setProjectDeleted(row.id, nowMs));
    return { result: row.id, acts: [{ action: "project.deleted", target: shown.id }] };
  });
  await stopProject(parts, { organization, project: id });
}
