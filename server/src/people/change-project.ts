import type { Project } from "@steward/sdk";
import { updateProject } from "../store/projects.ts";
import { actInProject } from "./act-in-project.ts";
import { checkRegion } from "./check-region.ts";
import { checkTimeZone } from "./check-time-zone.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { noProject } from "./refusals.ts";

export interface ProjectChange {
  readonly name?: string | undefined;
  readonly timeZone?: string | undefined;
  /** Null: the organization's. */
  readonly region?: string | null | undefined;
}

/**
 * Changes a project's name, time zone or region. Where it is pinned to another region, workers elsewhere take up none of
 * its runs from then on and give back those they lead (`engine/leave-region.ts`). Throws `value_invalid`, and `not_found`
 * for a deleted one.
 */
export async function changeProject(
  parts: PeopleParts,
  actor: Actor,
  organization: string,
  project: string,
  change: ProjectChange,
): Promise<Project> {
  if (change.timeZone !== undefined) checkTimeZone(change.timeZone);
  if (change.region !== undefined) checkRegion(parts, change.region);
  const place = { organization, project };
  const { changed, moved } = await actInProject(parts, place, actor, "changeProject", async ({ tx, row, shown }) => {
    if (row.deletedAt !== null) throw noProject();
    const { name = row.name, timeZone = row.timeZone, region = row.region } = change;
    const next = { name, timeZone, region };
    const fields = (["name", "timeZone", "region"] as const).filter((field) => next[field] !== row[field]);
    const result = { changed: { ...shown, ...next }, moved: fields.includes("region") ? row.id : null };
    if (fields.length === 0) return { result, acts: [] };
    await tx.query(updateProject({ id: row.id, ...next }));
    return { result, acts: [{ action: "project.changed", target: shown.id, facts: { fields: fields.join(" ") } }] };
  });
  if (moved !== null) parts.changes.project(moved);
  return changed;
}
