import { showId } from "../core/id.ts";
import type { Database } from "../core/ports/database.ts";

const KEYS_MAX = 1000;

/** Under which names a member appears in the audit: their own, their account's and their keys'. As steward_dispatch. */
export async function findActors(dispatch: Database, organization: string, member: string): Promise<readonly string[]> {
  const { rows } = await dispatch.query<{ kind: "acc" | "key"; id: string }>({
    name: "find_actors",
    text: `select 'acc' as kind, account as id from steward.members
        where organization = $1 and id = $2 and account is not null
      union all (select 'key', id from steward.api_keys where organization = $1 and member = $2 order by id desc limit ${KEYS_MAX})`,
    values: [organization, member],
  });
  return [showId("mem", member), ...rows.map((row) => showId(row.kind, row.id))];
}
