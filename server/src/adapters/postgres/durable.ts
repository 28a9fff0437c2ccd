import { AppError } from "../../core/errors.ts";
import type { Transaction } from "../../core/ports/database.ts";

/**
 * Throws `start_refused` unless a commit on this connection means "on the disk": Steward answers
 * 2xx for what is committed, so a database that may forget it is not one to run on.
 */
export async function assertDurable(database: Transaction): Promise<void> {
  const { rows } = await database.query<{ name: string; setting: string }>({
    text: "select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit')",
  });
  const off = rows.filter(({ setting }) => setting === "off").map(({ name }) => name);
  if (off.length === 0) return;
  throw new AppError(
    "start_refused",
    `The database would lose committed work in a crash: ${off.join(" and ")} is off. Set it to on and start again.`,
    { settings: off },
  );
}
