/**
 * A worker's lease (R2): a counter it raises in its row. Others take over after they have seen it
 * unchanged for `LEASE_MS` on their own monotonic clock; the worker itself stops acting well before,
 * counted from the last beat it knows to be committed. Only a worker that has itself beaten all the
 * while takes over: while the database is away, nobody's counter moves.
 */
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import { freeHeldBy } from "../store/queue.ts";
import { beatWorker, removeWorker, type WorkerBeat } from "../store/workers.ts";

export const LEASE_MS = 15_000;
export const BEAT_MS = 2_000;
/** How long a worker acts on its last known beat. */
const OWN_MS = 10_000;

export interface Lease {
  stands(): boolean;
  /** Whether other workers were there at the last look. */
  hasOthers(): boolean;
  /** Raises the counter, looks at the others', takes over from those that are gone. */
  beat(): Promise<void>;
}

export interface LeaseOptions {
  readonly dispatch: Database;
  readonly clock: Clock;
  readonly worker: string;
  /** Others have taken this worker for gone: everything it leads is void. */
  readonly onLost: () => void;
  /** Runs have become free. */
  readonly onFreed: (runs: number) => void;
  readonly log: (message: string, error?: unknown) => void;
}

export function createLease(options: LeaseOptions): Lease {
  const { clock, dispatch, worker } = options;
  const seen = new Map<string, { beat: number; sinceMs: number }>();
  let beatAt = clock.monotonicMs();
  let lost = false;

  const takeOver = async (gone: readonly WorkerBeat[]): Promise<void> => {
    for (const one of gone) {
      if (!(await removeWorker(dispatch, one))) continue;
      const freed = await freeHeldBy(dispatch, [one.id]);
      options.log(
        `worker ${one.id} has not been heard of for ${LEASE_MS / 1000} s: ${freed} of its runs go on elsewhere`,
      );
      options.onFreed(freed);
    }
  };

  return {
    stands: () => !lost && clock.monotonicMs() - beatAt < OWN_MS,
    hasOthers: () => seen.size > 0,
    async beat() {
      const began = clock.monotonicMs();
      const { alive, workers } = await beatWorker(dispatch, worker);
      if (!alive) {
        lost = true;
        return options.onLost();
      }
      if (began - beatAt >= OWN_MS) seen.clear();
      beatAt = began;
      const now = clock.monotonicMs();
      const gone: WorkerBeat[] = [];
      for (const one of workers) {
        if (one.id === worker) continue;
        const before = seen.get(one.id);
        if (!before || before.beat !== one.beat) seen.set(one.id, { beat: one.beat, sinceMs: now });
        else if (now - before.sinceMs >= LEASE_MS) gone.push(one);
      }
      for (const id of seen.keys()) if (!workers.some((one) => one.id === id)) seen.delete(id);
      await takeOver(gone);
    },
  };
}
