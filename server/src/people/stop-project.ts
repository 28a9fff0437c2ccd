import { listFlowIds } from "../store/projects.ts";
import { releaseProject } from "../store/queue.ts";
import type { Scope } from "../store/scope.ts";
import type { PeopleOutside, PeopleParts } from "./people-parts.ts";

const FLOWS_MAX = 10_000;
const RELEASED_PER_ROUND = 500;
const ROUNDS_MAX = 200;

/**
 * Stops what a deleted project has under way, after its deletion is committed: from then on nothing claims its runs,
 * fires its schedules or finds its webhooks (the statements of dispatch ask), here whoever still leads one of its runs
 * loses it, and processes forget its webhooks at once. Its runs stay as they are, for when it is brought back; what it was connected to does
 * not. May be
 * repeated; 100,000 runs that are led at a time at most.
 */
export async function stopProject(
  {
    database,
    changes,
    people,
  }: Pick<PeopleParts, "database" | "changes"> & {
    readonly people: Pick<PeopleOutside, "onProjectDeleted">;
  },
  scope: Scope,
): Promise<void> {
  for (const flow of await listFlowIds(database, scope, FLOWS_MAX)) changes.flow(flow);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const released = await releaseProject(database, scope, RELEASED_PER_ROUND);
    if (released < RELEASED_PER_ROUND) break;
  }
  await people.onProjectDeleted(scope);
}
