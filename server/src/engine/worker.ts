/** A worker: claims runs while it has room, leads them, and gives them back when it stops. */
import type { AuditEntry } from "../core/audit-entry.ts";
import { isConnectionLost } from "../core/ports/database.ts";
import {
  claimPoison,
  claimRuns,
  freeHeldBy,
  freeRun,
  handOver,
  heldBy,
  nextDue,
  type ClaimedRun,
} from "../store/queue.ts";
import { deleteWorkers } from "../store/workers.ts";
import { inboxOf } from "../store/inbox.ts";
import type { EngineParts } from "./engine-parts.ts";
import { hasRoom } from "./has-room.ts";
import { RunLostError, type LiveRun } from "./live-run.ts";
import { loadRun } from "./load-run.ts";
import { readMessages } from "./read-messages.ts";
import { recoverEffect } from "./run-effect.ts";

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
  /** Frees what the database says this worker holds and it does not lead, seen so twice. */
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
      const taken = await this.#claimOnce();
      total += taken;
      if (taken === 0 && !this.#again) break;
    }
    return total;
  }

  async #claimOnce(): Promise<number> {
    const { dispatch, worker, clock, limits, live } = this.#parts;
    if (this.#stopped || !hasRoom(this.#parts)) return 0;
    const room = Math.min(CLAIM_MAX, limits.liveRunsMax - live.size);
    let solo = ![...live.values()].some((run) => run.suspect);
    const { runs, last } = await claimRuns(dispatch, worker, clock.nowMs(), room, this.#after, solo);
    this.#after = runs.length < room ? null : last;
    const taken = runs.map((claimed) => {
      if (claimed.crashes < 2) return this.#lead(claimed);
      if (!solo) return freeRun(dispatch, claimed, false, clock.nowMs() + TRY_AGAIN_MS);
      solo = false;
      return this.#lead(claimed);
    });
    await Promise.all(taken);
    await parkPoison(this.#parts);
    return runs.length;
  }

  async #lead(claimed: ClaimedRun): Promise<void> {
    const parts = this.#parts;
    this.#loading.add(claimed.run);
    try {
      const run = await loadRun(parts, claimed);
      parts.live.set(run.id, run);
      const begun = run.crashed ? [...run.state.active.values()] : [];
      for (const active of begun) recoverEffect(parts, run, active);
      await readMessages(parts, run);
    } catch (error) {
      parts.live.delete(claimed.run);
      parts.log(`run ${claimed.run} can't be taken up`, error);
      await freeRun(parts.dispatch, claimed, !isConnectionLost(error), parts.clock.nowMs() + TRY_AGAIN_MS);
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
    const { dispatch, worker, live, clock } = this.#parts;
    const strays = new Set<string>();
    for (const held of await heldBy(dispatch, worker)) {
      if (live.has(held.run) || this.#loading.has(held.run)) continue;
      if (this.#strays.has(held.run)) await freeRun(dispatch, held, false, clock.nowMs());
      else strays.add(held.run);
    }
    this.#strays = strays;
  }

  nextDueMs(): Promise<number | null> {
    return nextDue(this.#parts.dispatch, this.#parts.clock.nowMs() + 60_000);
  }

  async stop(graceMs: number): Promise<void> {
    const { dispatch, worker, clock, journal, live } = this.#parts;
    this.#stopped = true;
    await this.#claiming?.catch(() => undefined);
    const until = clock.monotonicMs() + graceMs;
    while (busy(this.#parts).length > 0 && clock.monotonicMs() < until) {
      await new Promise<void>((done) => void clock.after(20, done));
    }
    await journal.drain();
    const left = [...live.values()].filter((run) => !run.gone);
    for (const run of left) letGo(run);
    // What is in flight is cut and its fate unknown: these runs count as crashed, the others don't.
    const whole = left.filter((run) => run.inFlight.size === 0);
    await handOver(
      dispatch,
      worker,
      whole.map((run) => run.id),
    );
    await freeHeldBy(dispatch, [worker]);
    await deleteWorkers(dispatch, [worker]);
  }
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

/** Runs that were held through three crashes stand visibly until a person lets them go on. */
async function parkPoison(parts: EngineParts): Promise<void> {
  for (const claimed of await claimPoison(parts.dispatch, parts.worker, 10)) {
    try {
      const run = await loadRun(parts, claimed);
      run.status = "parked";
      run.error = {
        code: "run_poisonous",
        message:
          "its worker died three times while it led this run: look at its last step, then resolve it to go on, or cancel it",
      };
      run.disposition = { kind: "release", dueMs: null };
      const entry: AuditEntry = {
        atMs: parts.clock.nowMs(),
        project: claimed.project,
        actor: "system",
        action: "run.parked",
        target: run.shownId,
        facts: { crashes: claimed.crashes },
      };
      run.unsaved.audit.push(entry);
      await parts.journal.commit(run);
    } catch (error) {
      if (!(error instanceof RunLostError)) parts.log(`run ${claimed.run} can't be parked`, error);
    }
  }
}
