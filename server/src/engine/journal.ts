/**
 * The journal: what all runs of a process have to commit goes out together. It flushes at once when
 * idle and gathers while a flush is under way. A flush that meets a lost connection is tried again
 * until it is known whether it stands; one that fails otherwise is halved until the run that can't
 * be written stands alone.
 */
import type { Clock } from "../core/ports/clock.ts";
import { isConnectionLost, isContention, type Database } from "../core/ports/database.ts";
import { readStanding } from "../store/standing.ts";
import { createAuditChain, type AuditChain } from "./audit-chain.ts";
import { takeItem, type FlushItem } from "./flush-item.ts";
import { hasUnsaved, RunLostError, type LiveRun } from "./live-run.ts";
import { writeFlush, type Flushed } from "./write-flush.ts";

export interface Journal {
  /** Settles when everything the run has recorded so far is committed; rejects `RunLostError` when it never will be. */
  commit(run: LiveRun): Promise<void>;
  /** Flushes a run that could not be while its blobs were written. */
  touch(run: LiveRun): void;
  /** Runs waiting for a flush: the measure of back-pressure. */
  backlog(): number;
  /** Settles when nothing is left to flush. */
  drain(): Promise<void>;
  readonly stats: { flushes: number; runs: number };
}

export interface JournalOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly worker: string;
  readonly chains: readonly string[];
  /** After a commit: runs whose part was written, and runs others should look at. */
  readonly onFlushed: (flushed: Flushed) => void;
  readonly log: (message: string, error: unknown) => void;
}

const FLUSH_RUNS_MAX = 256;
const REPEAT_DELAYS_MS = [20, 50, 100, 250, 500, 1000] as const;

export function createJournal(options: JournalOptions): Journal {
  const { clock } = options;
  const dirty = new Set<LiveRun>();
  const lanes = options.chains.map((chain) => ({ chain: createAuditChain(chain), busy: false }));
  const idle: (() => void)[] = [];
  const stats = { flushes: 0, runs: 0 };
  let scheduled = false;

  const pause = (ms: number): Promise<void> => new Promise((done) => void clock.after(ms, done));

  const write = async (items: readonly FlushItem[], chain: AuditChain): Promise<void> => {
    for (let attempt = 0; ; attempt++) {
      try {
        const flushed = await writeFlush(options.database, items, chain, options.worker, clock.nowMs());
        for (const batch of flushed.audit) chain.advance(batch);
        return settle(flushed, options);
      } catch (error) {
        const delay = REPEAT_DELAYS_MS[Math.min(attempt, REPEAT_DELAYS_MS.length - 1)]!;
        if (isConnectionLost(error)) {
          await pause(delay);
          if (error.committed === "unknown" && (await standing(items))) return settle({ won: items, lost: [], audit: [], woken: [] }, options);
        } else if (isContention(error) && attempt < 5) await pause(delay);
        else if (items.length > 1) {
          const half = items.length >> 1;
          await write(items.slice(0, half), chain);
          return write(items.slice(half), chain);
        } else {
          options.log(`run ${items[0]!.run.id} can't be written`, error);
          return settle({ won: [], lost: items, audit: [], woken: [] }, options);
        }
      }
    }
  };

  /** After a commit whose answer was lost: whether its rows are there. One transaction wrote all or nothing. */
  const standing = async (items: readonly FlushItem[]): Promise<boolean> => {
    const item = items.find((one) => one.segment) ?? items[0]!;
    for (let attempt = 0; ; attempt++) {
      try {
        return await readStanding(options.database, item.run.project, item.run.id, item.unsaved.first);
      } catch (error) {
        if (!isConnectionLost(error)) throw error;
        await pause(REPEAT_DELAYS_MS[Math.min(attempt, REPEAT_DELAYS_MS.length - 1)]!);
      }
    }
  };

  const flush = async (lane: (typeof lanes)[number]): Promise<void> => {
    const runs: LiveRun[] = [];
    for (const run of dirty) {
      if (run.flushing || run.blobWrites > 0) continue;
      runs.push(run);
      if (runs.length === FLUSH_RUNS_MAX) break;
    }
    if (runs.length === 0) return;
    lane.busy = true;
    const items = runs.map((run) => {
      dirty.delete(run);
      run.flushing = true;
      return takeItem(run);
    });
    stats.flushes++;
    stats.runs += items.length;
    try {
      await write(items, lane.chain);
    } finally {
      lane.busy = false;
      for (const run of runs) {
        run.flushing = false;
        if (!run.gone && (run.waiters.length > 0 || (hasUnsaved(run) && run.disposition.kind !== "hold"))) dirty.add(run);
      }
      kick();
      if (dirty.size === 0 && lanes.every((one) => !one.busy)) for (const done of idle.splice(0)) done();
    }
  };

  const kick = (): void => {
    if (scheduled || dirty.size === 0 || lanes.every((lane) => lane.busy)) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      const lane = lanes.find((one) => !one.busy);
      if (lane) void flush(lane).catch((error: unknown) => options.log("a flush failed", error));
    });
  };

  return {
    stats,
    commit(run) {
      if (run.gone) return Promise.reject(new RunLostError(run.id, "it was let go"));
      const seq = run.unsaved.first + run.unsaved.records.length - 1;
      return new Promise((done, lost) => {
        run.waiters.push({ seq, done, lost });
        dirty.add(run);
        kick();
      });
    },
    touch(run) {
      if (run.waiters.length === 0) return;
      dirty.add(run);
      kick();
    },
    backlog: () => dirty.size,
    drain: () => (dirty.size === 0 && lanes.every((lane) => !lane.busy) ? Promise.resolve() : new Promise((done) => idle.push(done))),
  };
}

function settle(flushed: Flushed, options: JournalOptions): void {
  for (const { run, last, disposition, fresh } of flushed.won) {
    run.committed = last;
    if (fresh) run.acceptance = null;
    if (disposition.kind !== "hold") run.gone = true;
    const waiting = run.waiters;
    run.waiters = [];
    for (const waiter of waiting) {
      if (waiter.seq <= last) waiter.done();
      else run.waiters.push(waiter);
    }
  }
  for (const { run } of flushed.lost) {
    run.gone = true;
    const error = new RunLostError(run.id, "its fence was taken, or its delivery came before");
    for (const waiter of run.waiters.splice(0)) waiter.lost(error);
  }
  options.onFlushed(flushed);
}
