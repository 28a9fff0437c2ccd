import type { Database } from "../core/ports/database.ts";
import { freeHeldBy, goneHolders } from "../store/queue.ts";
import { deleteWorkers, listProcesses } from "../store/workers.ts";

/**
 * Frees what all workers hold and takes them off the list: whoever holds the home's lock on the
 * embedded database knows that every earlier worker is gone or cut off (R2). The runs of one whose process lives
 * have killed nobody: it was cut off with its database, and registers anew. Gives how many runs go on.
 */
export async function voidWorkers(
  dispatch: Database,
  isAlive: (worker: { readonly host: string; readonly process: number }) => boolean,
): Promise<number> {
  const workers = await listProcesses(dispatch);
  const ids = workers.map((worker) => worker.id);
  const cutOff = workers.filter(isAlive).map((worker) => worker.id);
  await deleteWorkers(dispatch, ids);
  const freed = await freeHeldBy(dispatch, cutOff, false);
  return freed + (await freeHeldBy(dispatch, [...ids, ...(await goneHolders(dispatch))]));
}
