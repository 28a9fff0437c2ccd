/** A worker: claims runs while it has room, leads them, and gives them back when it stops. */
import type { AuditEntry } from "../core/audit-entry.ts";
import { isConnectionLost } from "../core/ports/database.ts";
import { claimPoison, claimRuns, freeHeldBy, freeRun, handOver, heldBy, nextDue, type ClaimedRun } from "../store/queue.ts";
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
  let after: string | null = null;
  let claiming: Promise<number> | null = null;
  let again = false;
  let stopped = false;

  const loading = new Set<string>();
  let missing = new Set<string>();

  const lead = async (claimed: ClaimedRun): Promise<void> => {
    loading.add(claimed.run);
    try {
      const run = await loadRun(parts, claimed);
      parts.live.set(run.id, run);
      if (run.crashed) for (const active of [...run.state.active.values()]) recoverEffect(parts, run, active);
      await readMessages(parts, run);
    } catch (error) {
      parts.live.delete(claimed.run);
      parts.log(`run ${claimed.run} can't be taken up`, error);
      await freeRun(parts.dispatch, claimed, !isConnectionLost(error), parts.clock.nowMs() + 1000);
    } finally {
      loading.delete(claimed.run);
    }
  };

  const claimOnce = async (): Promise<number> => {
    if (stopped || !hasRoom(parts)) return 0;
    const room = Math.min(CLAIM_MAX, parts.limits.liveRunsMax - parts.live.size);
    const solo = ![...parts.live.values()].some((run) => run.suspect);
    const { runs, last } = await claimRuns(parts.dispatch, parts.worker, parts.clock.nowMs(), room, after, solo);
    after = runs.length < room ? null : last;
    let suspect = solo;
    await Promise.all(
      runs.map((claimed) => {
        if (claimed.crashes < 2) return lead(claimed);
        if (!suspect) return freeRun(parts.dispatch, claimed, false, parts.clock.nowMs());
        suspect = false;
        return lead(claimed);
      }),
    );
    await parkPoison(parts);
    return runs.length;
  };

  const claim = async (): Promise<number> => {
    let total = 0;
    for (let round = 0; round < 20; round++) {
      again = false;
      const taken = await claimOnce();
      total += taken;
      if (taken === 0 && !again) break;
    }
    return total;
  };

  return {
    claim() {
      again = true;
      claiming ??= claim().finally(() => (claiming = null));
      return claiming;
    },
    hear(run) {
      const live = parts.live.get(run);
      parts.watch.tell(run, live ?? null);
      if (live) void readMessages(parts, live).catch((error: unknown) => parts.abandon(live, error));
    },
    async lookForMessages() {
      for (const run of await inboxOf(parts.dispatch, parts.worker)) {
        const live = parts.live.get(run);
        if (live) await readMessages(parts, live);
      }
    },
    async reconcile() {
      const strays = new Set<string>();
      for (const held of await heldBy(parts.dispatch, parts.worker)) {
        if (parts.live.has(held.run) || loading.has(held.run)) continue;
        if (missing.has(held.run)) await freeRun(parts.dispatch, held, false, parts.clock.nowMs());
        else strays.add(held.run);
      }
      missing = strays;
    },
    nextDueMs: () => nextDue(parts.dispatch, parts.clock.nowMs() + 60_000),
    async stop(graceMs) {
      stopped = true;
      await claiming?.catch(() => undefined);
      const until = parts.clock.monotonicMs() + graceMs;
      while (busy(parts).length > 0 && parts.clock.monotonicMs() < until) {
        await new Promise<void>((done) => void parts.clock.after(20, done));
      }
      await parts.journal.drain();
      const left = [...parts.live.values()].filter((run) => !run.gone);
      for (const run of left) letGo(run);
      // What is in flight is cut and its fate unknown: these runs count as crashed, the others don't.
      await handOver(parts.dispatch, parts.worker, left.filter((run) => run.inFlight.size === 0).map((run) => run.id));
      await freeHeldBy(parts.dispatch, [parts.worker]);
      await deleteWorkers(parts.dispatch, [parts.worker]);
    },
  };
}

const busy = (parts: EngineParts): readonly LiveRun[] =>
  [...parts.live.values()].filter((run) => !run.gone && (run.inFlight.size > 0 || run.acceptance !== null || run.flushing));

/** Aborts what a run has in flight and forgets it here; its rows stay as they are committed. */
export function letGo(run: LiveRun): void {
  run.gone = true;
  run.cancelTimer?.();
  for (const flight of run.inFlight.values()) flight.controller.abort();
  for (const waiter of run.waiters.splice(0)) waiter.lost(new RunLostError(run.id, "its worker let it go"));
}

/** Runs that were held through three crashes stand visibly until a person lets them go on. */
async function parkPoison(parts: EngineParts): Promise<void> {
  for (const claimed of await claimPoison(parts.dispatch, parts.worker, 10)) {
    try {
      const run = await loadRun(parts, claimed);
      run.status = "parked";
      run.error = { code: "run_poisonous", message: "its worker died three times while it led this run: look at its last step, then resolve it to go on, or cancel it" };
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
