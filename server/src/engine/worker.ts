/** A worker: claims runs while it has room, leads them, and gives them back when it stops. */
import {
  claimRuns,
  freeHeldBy,
  freeRun,
  goneHolders,
  heldBy,
  nextDue,
  type ClaimedRun,
  type Claimer,
  type SuspectRoom,
} from "../store/queue.ts";
import { listMisplaced } from "../store/regions.ts";
import { deleteWorkers } from "../store/workers.ts";
import { inboxOf } from "../store/inbox.ts";
import type { EngineParts } from "./engine-parts.ts";
import { claimerOf } from "./claimer-of.ts";
import { hasRoom } from "./has-room.ts";
import { ignoreLost } from "./ignore-lost.ts";
import { isPassing } from "./is-passing.ts";
import { forgetLive, hasUnsaved, RunLostError, type LiveRun } from "./live-run.ts";
import { loadRun } from "./load-run.ts";
import { parkPoison } from "./park-run.ts";
import { readMessages } from "./read-messages.ts";
import { recoverEffect } from "./run-effect.ts";
import { within } from "./within.ts";

/** How often a worker looks by itself, whatever it has been told. */
export const LOOK_MS = 500;
const CLAIM_MAX = 100;

export interface Worker {
  /** Claims and leads what is due now; settles when the claimed runs have been taken up. */
  claim(): Promise<number>;
  /** A word that this run wants to be looked at. */
  hear(run: string): void;
  /** Looks for words that were lost. */
  lookForMessages(): Promise<void>;
  /** Frees what gone workers hold, and what the database says this one holds and it does not lead, seen so twice. */
  reconcile(): Promise<void>;
  /** When something is next due, within a minute. */
  nextDueMs(): Promise<number | null>;
  /** Stops claiming, waits for what is in flight at most `graceMs`, and gives the rest back. */
  stop(graceMs: number): Promise<void>;
}

export function createWorker(parts: EngineParts): Worker {
  return new ClaimingWorker(parts);
}

/** Claims in a row before the event loop is given back. */
const CLAIMS_MAX = 20;
const TRY_AGAIN_MS = 1000;
/** How long the last records of a stopping worker may take to be written. */
const LAST_FLUSH_MS_MAX = 5000;

class ClaimingWorker implements Worker {
  readonly #parts: EngineParts;
  readonly #loading = new Set<string>();
  /** Held by the database's word and not led here, at the last look. */
  #strays = new Set<string>();
  /** The project at which the last claim stopped. */
  #after: string | null = null;
  #claiming: Promise<number> | null = null;
  #again = false;
  #stopped = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  claim(): Promise<number> {
    this.#again = true;
    this.#claiming ??= this.#claimAll().finally(() => (this.#claiming = null));
    return this.#claiming;
  }

  async #claimAll(): Promise<number> {
    let total = 0;
    for (let round = 0; round < CLAIMS_MAX; round++) {
      this.#again = false;
      const from = this.#after;
      const taken = await this.#claimOnce();
      total += taken;
      // A claim that began or stopped among the projects has not seen them all.
      if (taken === 0 && !this.#again && from === null && this.#after === null) break;
    }
    return total;
  }

  async #claimOnce(): Promise<number> {
    const { dispatch, clock, limits, live } = this.#parts;
    if (this.#stopped || !hasRoom(this.#parts)) return 0;
    const room = Math.min(CLAIM_MAX, limits.liveRunsMax - live.size);
    const claimer = claimerOf(this.#parts);
    const { runs, next } = await claimRuns(
      dispatch,
      claimer,
      clock.nowMs(),
      room,
      this.#after,
      suspectRoom(this.#parts),
    );
    this.#after = next;
    if (!this.#isStill(claimer)) return 0; // taken for gone meanwhile, and these runs from it
    const elsewhere = await this.#pinnedMeanwhile(runs);
    const taken = runs.map((claimed) => {
      if (elsewhere.has(claimed.run)) return freeRun(dispatch, claimed, false, clock.nowMs());
      return this.#lead(claimed, claimer);
    });
    await Promise.all(taken);
    await parkPoison(this.#parts);
    return runs.length;
  }

  /** Which of them may not be led here after all: the claim saw their projects as they were when it began. */
  async #pinnedMeanwhile(runs: readonly ClaimedRun[]): Promise<ReadonlySet<string>> {
    const { place, dispatch } = this.#parts;
    if (!place || runs.length === 0) return new Set();
    const ids = runs.map(({ run }) => run);
    return new Set((await listMisplaced(dispatch, ids)).map(({ run }) => run));
  }

  /** Whether this worker is the one that claimed, rather than taken for gone since and registered anew. */
  #isStill(claimer: Claimer): boolean {
    return claimer.worker === this.#parts.worker;
  }

  async #lead(claimed: ClaimedRun, claimer: Claimer): Promise<void> {
    const parts = this.#parts;
    let run: LiveRun | null = null;
    this.#loading.add(claimed.run);
    try {
      run = await loadRun(parts, claimed);
      if (!this.#isStill(claimer)) return;
      parts.live.set(run.id, run);
      // Whoever sent them is gone, however that came: a run that is let go of in order has none.
      for (const active of run.state.active.values()) recoverEffect(parts, run, active);
      await readMessages(parts, run);
    } catch (error) {
      if (run) {
        forgetLive(parts.live, run);
        letGo(run);
      }
      parts.log(`run ${claimed.run} can't be taken up`, error);
      await freeRun(parts.dispatch, claimed, !isPassing(error), parts.clock.nowMs() + TRY_AGAIN_MS);
    } finally {
      this.#loading.delete(claimed.run);
    }
  }

  hear(run: string): void {
    const live = this.#parts.live.get(run);
    if (live) void readMessages(this.#parts, live).catch((error: unknown) => this.#parts.abandon(live, error));
  }

  async lookForMessages(): Promise<void> {
    for (const run of await inboxOf(this.#parts.dispatch, this.#parts.worker)) {
      const live = this.#parts.live.get(run);
      if (live) await readMessages(this.#parts, live);
    }
  }

  async reconcile(): Promise<void> {
    const { dispatch, worker, live, clock, log } = this.#parts;
    const gone = await goneHolders(dispatch);
    if (gone.length > 0) {
      const freed = await freeHeldBy(dispatch, gone);
      log(`${freed} runs go on that workers held which are gone`);
      void this.claim().catch((error: unknown) => log("claiming failed", error));
    }
    const strays = new Set<string>();
    for (const held of await heldBy(dispatch, worker)) {
      if (live.has(held.run) || this.#loading.has(held.run)) continue;
      if (this.#strays.has(held.run)) await freeRun(dispatch, held, false, clock.nowMs());
      else strays.add(held.run);
    }
    this.#strays = strays;
  }

  nextDueMs(): Promise<number | null> {
    const { dispatch, clock } = this.#parts;
    return nextDue(dispatch, clock.nowMs() + 60_000, claimerOf(this.#parts).region);
  }

  async stop(graceMs: number): Promise<void> {
    const { dispatch, worker, clock, journal, live } = this.#parts;
    this.#stopped = true;
    await this.#claiming?.catch(() => undefined);
    for (const run of this.#parts.uncommitted) void journal.commit(run).catch(ignoreLost);
    const until = clock.monotonicMs() + graceMs;
    while (busy(this.#parts).length > 0 && clock.monotonicMs() < until) {
      await new Promise<void>((done) => void clock.after(20, done));
    }
    // What is known is written, so that nobody has to ask what became of it.
    const known = [...live.values()].filter((run) => !run.gone && hasUnsaved(run));
    const written = Promise.allSettled(known.map((run) => journal.commit(run)));
    await within(clock, Promise.all([written, journal.drain()]), LAST_FLUSH_MS_MAX, null);
    const left = [...live.values()].filter((run) => !run.gone);
    for (const run of left) letGo(run);
    await freeHeldBy(dispatch, [worker], false);
    await deleteWorkers(dispatch, [worker]);
  }
}

/** Of the runs that were held through one death, and have ended no step since: so many are led at once. */
const ONCE_MAX = 25;
/** A run that may kill its worker does so soon: after this time others of its like are led beside it. */
const SUSPECT_MS = 5000;

/**
 * Who dies may have been killed by a run it led, by the machine or by a person: nobody can tell. So the runs it led are
 * narrowed down: those of one death are led among few of their like, those of two alone, and only the one that is led
 * through a third is parked; most of the others have ended a step long before.
 */
function suspectRoom({ live, clock }: EngineParts): SuspectRoom {
  const since = clock.monotonicMs() - SUSPECT_MS;
  const suspects = [...live.values()].filter((run) => run.crashes > 0 && run.ledSinceMs > since);
  const once = suspects.filter((run) => run.crashes === 1).length;
  return { once: Math.max(0, ONCE_MAX - once), twice: suspects.length > once ? 0 : 1 };
}

const busy = (parts: EngineParts): readonly LiveRun[] =>
  [...parts.live.values()].filter(
    (run) => !run.gone && (run.inFlight.size > 0 || run.acceptance !== null || run.flushing),
  );

/** Aborts what a run has in flight and forgets it here; its rows stay as they are committed. */
export function letGo(run: LiveRun): void {
  run.gone = true;
  run.cancelTimer?.();
  for (const flight of run.inFlight) flight.controller.abort();
  for (const waiter of run.waiters.splice(0)) waiter.lost(new RunLostError(run.id, "its worker let it go"));
}
