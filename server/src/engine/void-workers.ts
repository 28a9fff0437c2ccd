import type { Database } from "../core/ports/database.ts";
import { freeHeldBy, goneHolders } from "../store/queue.ts";
import { deleteWorkers, listWorkers } from "../store/workers.ts";

/**
 * Frees what all workers hold and takes them off the list: whoever holds the home's lock on the
 * embedded database knows that every earlier worker is gone or cut off (R2). Gives how many runs
 * go on.
 */
export async function voidWorkers(dispatch: Database): Promise<number> {
  const workers = (await listWorkers(dispatch)).map((worker) => worker.id);
  await deleteWorkers(dispatch, workers);
  return freeHeldBy(dispatch, [...workers, ...(await goneHolders(dispatch))]);
}
