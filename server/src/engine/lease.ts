/**
 * A worker's lease (R2): a counter it raises in its row. Others take over after they have seen it
 * unchanged for `LEASE_MS` on their own monotonic clock; the worker itself stops acting well before,
 * counted from the last beat it knows to be committed. Only a worker that has itself beaten all the
 * while takes over: while the database is away, nobody's counter moves. Who finds that it was taken for
 * gone (its process stood still, or the home's lock was taken) lets go of everything and registers anew,
 * under another id: nothing of the former one counts any more.
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
  /** This worker's id as on the list of workers: another one after it was taken for gone. */
  readonly worker: string;
  stands(): boolean;
  /** Whether other workers were there at the last look. */
  hasOthers(): boolean;
  /**
   * Raises the counter, looks at the others', takes over from those that are gone. Registers anew where others have
   * taken this worker for gone; fails when that can't be done now, and the next beat tries it again.
   */
  beat(): Promise<void>;
  /** From now on a worker that is off the list stays off it. */
  resign(): void;
}

export interface LeaseOptions {
  readonly dispatch: Database;
  readonly clock: Clock;
  /** Puts a worker on the list and gives its id. */
  readonly register: () => Promise<string>;
  /** The same for one that was taken for gone, with what it may have missed. */
  readonly anew: () => Promise<string>;
  /** Others have taken this worker for gone: everything it leads is void. Called before it registers anew. */
  readonly onLost: () => void;
  /** It is on the list again, as another worker. */
  readonly onRegistered: () => void;
  /** Runs have become free. */
  readonly onFreed: (runs: number) => void;
  readonly log: (message: string, error?: unknown) => void;
}

/** Registers a worker, whose lease stands from then on. */
export async function createLease(options: LeaseOptions): Promise<Lease> {
  const beganMs = options.clock.monotonicMs();
  return new WorkerLease(options, await options.register(), beganMs);
}

class WorkerLease implements Lease {
  readonly #options: LeaseOptions;
  readonly #seen = new Map<string, { beat: number; sinceMs: number }>();
  #worker: string;
  #beatAtMs: number;
  #lost = false;
  #resigned = false;
  #registering: Promise<void> | null = null;

  constructor(options: LeaseOptions, worker: string, beatAtMs: number) {
    this.#options = options;
    this.#worker = worker;
    this.#beatAtMs = beatAtMs;
  }

  get worker(): string {
    return this.#worker;
  }

  stands(): boolean {
    return !this.#lost && this.#options.clock.monotonicMs() - this.#beatAtMs < OWN_MS;
  }

  hasOthers(): boolean {
    return this.#seen.size > 0;
  }

  resign(): void {
    this.#resigned = true;
  }

  async beat(): Promise<void> {
    if (this.#lost) return await this.#registerAnew();
    const { clock, dispatch } = this.#options;
    const beganMs = clock.monotonicMs();
    const worker = this.#worker;
    const { alive, workers } = await beatWorker(dispatch, worker);
    if (worker !== this.#worker) return; // another beat was first to find it lost
    if (!alive) {
      if (!this.#lost) this.#options.onLost();
      this.#lost = true;
      return await this.#registerAnew();
    }
    if (beganMs - this.#beatAtMs >= OWN_MS) this.#seen.clear();
    this.#beatAtMs = beganMs;
    await this.#takeOver(this.#goneOf(workers));
  }

  #registerAnew(): Promise<void> {
    if (this.#resigned) return Promise.resolve();
    this.#registering ??= this.#register().finally(() => (this.#registering = null));
    return this.#registering;
  }

  async #register(): Promise<void> {
    const beganMs = this.#options.clock.monotonicMs();
    const former = this.#worker;
    this.#worker = await this.#options.anew();
    this.#seen.clear();
    this.#beatAtMs = beganMs;
    this.#lost = false;
    this.#options.log(`worker ${former} goes on as worker ${this.#worker}`);
    this.#options.onRegistered();
  }

  /** Notes every other worker's beat; gives those whose beat has stood still for the whole lease. */
  #goneOf(workers: readonly WorkerBeat[]): readonly WorkerBeat[] {
    const now = this.#options.clock.monotonicMs();
    const gone: WorkerBeat[] = [];
    for (const one of workers) {
      if (one.id === this.#worker) continue;
      const before = this.#seen.get(one.id);
      if (!before || before.beat !== one.beat) this.#seen.set(one.id, { beat: one.beat, sinceMs: now });
      else if (now - before.sinceMs >= LEASE_MS) gone.push(one);
    }
    for (const id of this.#seen.keys()) if (!workers.some((one) => one.id === id)) this.#seen.delete(id);
    return gone;
  }

  async #takeOver(gone: readonly WorkerBeat[]): Promise<void> {
    const { dispatch, log, onFreed } = this.#options;
    for (const one of gone) {
      if (!(await removeWorker(dispatch, one))) continue;
      const freed = await freeHeldBy(dispatch, [one.id]);
      log(`worker ${one.id} has not been heard of for ${LEASE_MS / 1000} s: ${freed} of its runs go on elsewhere`);
      onFreed(freed);
    }
  }
}
