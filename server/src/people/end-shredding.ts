import { showId } from "../core/id.ts";
import { setShredEnded } from "../store/projects.ts";
import type { Scope } from "../store/scope.ts";
import { actAs } from "./act.ts";
import type { PeopleParts } from "./people-parts.ts";

/**
 * What follows once a project's keys are gone: nobody goes on with what they remember of it, what it has outside of its
 * rows is dropped, and the audit says that it is done, last. Cut off in between, a start or a turn does it again; so it may
 * be repeated.
 */
export async function endShredding(
  parts: Pick<PeopleParts, "database" | "clock" | "changes" | "people">,
  { organization, project }: Scope,
  actor: string,
  facts: Readonly<Record<string, boolean>> = {},
): Promise<void> {
  parts.changes.project(project);
  await parts.people.onProjectShredded({ organization, project });
  const place = { organization, project, evenDeleted: true };
  // What the actor may by now is no question any more: it is done.
  await actAs(parts, place, actor, async ({ tx, nowMs }) => {
    await tx.query(setShredEnded(project, nowMs));
    return { result: null, acts: [{ action: "project.shredded", target: showId("prj", project), facts }] };
  });
}
