import type { Database } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** Whether a run's segment that begins with this record is committed. */
export async function readStanding(database: Database, scope: Scope, run: string, first: number): Promise<boolean> {
  const rows = await queryInScope<{ stands: boolean }>(database, scope, {
    name: "read_standing",
    text: "select exists (select from steward.segments where project = $1 and run = $2 and first = $3) as stands",
    values: [scope.project, run, first],
  });
  return rows[0]?.stands ?? false;
}
