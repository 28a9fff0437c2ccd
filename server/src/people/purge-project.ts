import { showId } from "../core/id.ts";
import { setProjectShredded } from "../store/projects.ts";
import {
  dropBlobs,
  endProject,
  isProjectToPurge,
  purgeProjectRows,
  purgeRowsAboutProject,
  purgeSegments,
  someBlobs,
} from "../store/purge.ts";
import { settleProject } from "../store/reservations.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { findProject } from "../store/projects.ts";
import { actAs } from "./act.ts";
import { endShredding } from "./end-shredding.ts";
import type { PeopleParts } from "./people-parts.ts";

/** Of one statement. */
const ROWS = 1000;
const BLOBS = 100;
/** Of one turn: 200,000 rows or 20,000 blobs; the next goes on. */
const ROUNDS_MAX = 200;

/**
 * Ends a project that was deleted before that moment: its keys first, so that nothing of it can be read from then on, in no
 * backup either; then its database, blobs and rows; of its own row the id and the times stay. The audit has what was done.
 * Gives whether all is done. Cut off anywhere it goes on from there; a project that was restored stays as it is.
 */
export async function purgeProject(
  parts: Pick<PeopleParts, "database" | "dispatch" | "clock" | "changes" | "people">,
  scope: Scope,
  beforeMs: number,
): Promise<boolean> {
  if (!(await begin(parts, scope, beforeMs))) return true;
  const { database, dispatch, people } = parts;
  await people.keyring.shredProject(scope);
  if (!(await findProject(database, scope))?.shredEnded) await endShredding(parts, scope, "system");
  let rounds = 0;
  const drained = async (drop: () => Promise<number>): Promise<boolean> => {
    for (; rounds < ROUNDS_MAX; rounds++) if ((await drop()) === 0) return true;
    return false;
  };
  // Rows that refer to blobs go before them, and blobs before their rows: what is cut off is found again.
  const isDone =
    (await drained(() => purgeSegments(dispatch, scope.project, ROWS))) &&
    (await drained(() => settleProject(database, scope, ROWS, parts.clock.nowMs()))) &&
    (await drained(() => purgeProjectRows(database, scope, ROWS))) &&
    (await drained(() => purgeRowsAboutProject(database, scope, ROWS))) &&
    (await drained(() => purgeBlobs(parts, scope)));
  if (!isDone) return false;
  const place = { ...scope, evenDeleted: true };
  await actAs(parts, place, "system", async ({ tx, nowMs }) => {
    await tx.query(endProject(scope.project, nowMs));
    return { result: null, acts: [{ action: "project.purged", target: showId("prj", scope.project) }] };
  });
  return true;
}

/** Says that its keys are to be destroyed, under the lock that a restoration takes too: from then on none is possible. */
async function begin(
  parts: Pick<PeopleParts, "database" | "clock">,
  { organization, project }: Scope,
  beforeMs: number,
): Promise<boolean> {
  const place = { organization, project, evenDeleted: true };
  return await actAs(parts, place, "system", async ({ tx, nowMs }) => {
    if (!(await isProjectToPurge(tx, project, beforeMs))) return { result: false, acts: [] };
    const { count } = await tx.query(setProjectShredded(project, nowMs));
    const target = showId("prj", project);
    return { result: true, acts: count > 0 ? [{ action: "project.shredding", target, facts: { purge: true } }] : [] };
  });
}

async function purgeBlobs(
  { database, people }: Pick<PeopleParts, "database" | "people">,
  scope: Scope,
): Promise<number> {
  const addresses = await inScope(database, scope, (tx) => someBlobs(tx, scope.project, BLOBS));
  if (addresses.length === 0) return 0;
  await people.removeBlobs(scope, addresses);
  await inScope(database, scope, (tx) => tx.query(dropBlobs(scope.project, addresses)));
  return addresses.length;
}
