import type { Database } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";
import type { SegmentRow } from "./segments.ts";

/**
 * Whether this very segment is committed: by its sealed bytes, which no other writing of the same records has. One that
 * begins with the same record may be of another worker that has taken the run over meanwhile.
 */
export async function readStanding(database: Database, scope: Scope, segment: SegmentRow): Promise<boolean> {
  const { run, first, body } = segment;
  const rows = await queryInScope<{ stands: boolean }>(database, scope, {
    name: "read_standing",
    text: "select exists (select from steward.segments where project = $1 and run = $2 and first = $3 and body = $4) as stands",
    values: [scope.project, run, first, body],
  });
  return rows[0]?.stands ?? false;
}
