import { showId } from "../core/id.ts";
import { setOrganizationShredded } from "../store/organizations.ts";
import { endOrganization, purgeOrganizationRows } from "../store/purge.ts";
import { actAs } from "./act.ts";
import type { PeopleParts } from "./people-parts.ts";

const ROWS = 1000;
const ROUNDS_MAX = 200;

/**
 * Ends an organization that was deleted before that moment and whose projects are purged: its key, its members and whatever
 * else it has. What stays is what is kept for years: its audit, which names nobody, and consents to support with the ids of
 * who gave them. Gives whether all is done. Cut off anywhere it goes on from there.
 */
export async function purgeOrganization(
  parts: Pick<PeopleParts, "database" | "clock" | "people">,
  organization: string,
  beforeMs: number,
): Promise<boolean> {
  const place = { organization, project: null, evenDeleted: true };
  const target = showId("org", organization);
  // Said under the lock that a restoration takes too, before the key goes: from then on none is possible.
  const isDue = await actAs(parts, place, "system", async ({ tx, nowMs, organization: row }) => {
    if (row.deletedAt === null || row.deletedAt >= beforeMs) return { result: false, acts: [] };
    const { count } = await tx.query(setOrganizationShredded(organization, nowMs));
    return { result: true, acts: count > 0 ? [{ action: "organization.shredding", target }] : [] };
  });
  if (!isDue) return true;
  await parts.people.keyring.shredOrganization(organization);
  for (let round = 0; ; round++) {
    if (round === ROUNDS_MAX) return false;
    if ((await purgeOrganizationRows(parts.database, organization, ROWS)) === 0) break;
  }
  await actAs(parts, place, "system", async ({ tx, nowMs }) => {
    for (const statement of endOrganization(organization, nowMs)) await tx.query(statement);
    return { result: null, acts: [{ action: "organization.purged", target }] };
  });
  return true;
}
