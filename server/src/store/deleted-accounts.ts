/** Accounts whose owners deleted them. As steward_identity. */
import type { Database } from "../core/ports/database.ts";

/** Deleted before the given moment, oldest first; at most `limit`. */
export async function listDeletedAccounts(
  database: Database,
  beforeMs: number,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: "list_deleted_accounts",
    text: `select id from "user" where "deletedAt" < to_timestamp($1) order by "deletedAt", id limit $2`,
    values: [beforeMs / 1000, limit],
  });
  return rows.map(({ id }) => id);
}

/** Everything of an account goes with its row; true when there was one, deleted before the given moment. */
export async function eraseDeletedAccount(database: Database, account: string, beforeMs: number): Promise<boolean> {
  const { count } = await database.query({
    name: "erase_deleted_account",
    text: `delete from "user" where id = $1 and "deletedAt" < to_timestamp($2)`,
    values: [account, beforeMs / 1000],
  });
  return count > 0;
}
