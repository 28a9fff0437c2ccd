import type { Database } from "../core/ports/database.ts";
import type { ClaimedRun } from "./queue.ts";
import { inScope } from "./scope.ts";

/** Parks a run by its row alone, while its fence is still the holder's; its records stay as they are. Locks its queue row first. */
export async function parkRun(database: Database, claimed: ClaimedRun, errorCode: string): Promise<void> {
  await inScope(database, claimed, async (tx) => {
    const freed = await tx.query({
      name: "park_queue",
      text: "update steward.queue set worker = null, crashes = 0, due_at = 'infinity' where run = $1 and fence = $2",
      values: [claimed.run, claimed.fence],
    });
    if (freed.count === 0) return;
    await tx.query({
      name: "park_run",
      text: `update steward.runs set status = 'parked', error_code = $3 where project = $1 and id = $2
        and status not in ('completed', 'failed', 'cancelled')`,
      values: [claimed.project, claimed.run, errorCode],
    });
  });
}
