/**
 * The journal: what all runs of a process have to commit goes out together. It flushes at once when
 * idle and gathers while a flush is under way. A flush that meets a lost connection or a full disk is
 * tried again until it is known whether it stands; one that fails otherwise is halved until the run
 * that can't be written stands alone.
 */
import type { Clock } from "../core/ports/clock.ts";
import { isConnectionLost, isOutOfDisk, type Database } from "../core/ports/database.ts";
import { readAuditHead } from "../store/audit.ts";
import { readStanding } from "../store/standing.ts";
import type { Place } from "./engine-parts.ts";
import { createAuditChain, type AuditChain } from "./audit-chain.ts";
import { takeItem, type FlushItem } from "./flush-item.ts";
import { isPassing } from "./is-passing.ts";
import { hasUnsaved, RunLostError, type LiveRun } from "./live-run.ts";
import { writeFlush, type Flushed } from "./write-flush.ts";

export interface Journal {
  /** Settles when everything the run has recorded so far is committed; rejects `RunLostError` when it never will be. */
  commit(run: LiveRun): Promise<void>;
  /** Flushes a run that could not be while its blobs were written. */
  touch(run: LiveRun): void;
  /** Runs waiting for a flush: the measure of back-pressure. */
  backlog(): number;
  /** Whether flushes have failed for a second by now: the database is away, or its disk is full. */
  stalled(): boolean;
  /** Settles when nothing is left to flush. */
  drain(): Promise<void>;
  readonly stats: { flushes: number; runs: number };
}

export interface JournalOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Who writes, as on the list of workers. */
  readonly worker: () => string;
  /** Null where no regions are set up. */
  readonly place: Place | null;
  readonly chains: readonly string[];
  /** After a commit: runs whose part was written, and runs others should look at. */
  readonly onFlushed: (flushed: Flushed) => void;
  readonly log: (message: string, error: unknown) => void;
}

const FLUSH_RUNS_MAX = 256;
const CONTENTIONS_MAX = 5;
const REPEAT_DELAYS_MS = [20, 50, 100, 250, 500, 1000] as const;

interface Lane {
  readonly chain: AuditChain;
  busy: boolean;
  /** Every delay has been waited once, and the flush still fails. */
  stalled: boolean;
}

export function createJournal(options: JournalOptions): Journal {
  return new GroupJournal(options);
}

class GroupJournal implements Journal {
  readonly stats = { flushes: 0, runs: 0 };
  readonly #options: JournalOptions;
  readonly #dirty = new Set<LiveRun>();
  readonly #lanes: readonly Lane[];
  readonly #idle: (() => void)[] = [];
  #scheduled = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#lanes = options.chains.map((chain) => ({ chain: createAuditChain(chain), busy: false, stalled: false }));
  }

  commit(run: LiveRun): Promise<void> {
    if (run.gone) return Promise.reject(new RunLostError(run.id, "it was let go"));
    const seq = run.unsaved.first + run.unsaved.records.length - 1;
    return new Promise((done, lost) => {
      run.waiters.push({ seq, done, lost });
      this.#dirty.add(run);
      this.#kick();
    });
  }

  touch(run: LiveRun): void {
    if (run.waiters.length === 0) return;
    this.#dirty.add(run);
    this.#kick();
  }

  backlog(): number {
    return this.#dirty.size;
  }

  stalled(): boolean {
    return this.#lanes.some((lane) => lane.stalled);
  }

  drain(): Promise<void> {
    return this.#isIdle() ? Promise.resolve() : new Promise((done) => this.#idle.push(done));
  }

  #isIdle(): boolean {
    return this.#dirty.size === 0 && this.#lanes.every((lane) => !lane.busy);
  }

  #tellIdle(): void {
    if (this.#isIdle()) for (const done of this.#idle.splice(0)) done();
  }

  /** Begins a flush with the next turn of the event loop, so that what came together goes together. */
  #kick(): void {
    if (this.#scheduled || this.#dirty.size === 0 || this.#lanes.every((lane) => lane.busy)) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const lane = this.#lanes.find((one) => !one.busy);
      if (lane) void this.#flush(lane).catch((error: unknown) => this.#options.log("a flush failed", error));
    });
  }

  async #flush(lane: Lane): Promise<void> {
    const runs = this.#takeRuns();
    if (runs.length === 0) return this.#tellIdle();
    lane.busy = true;
    this.stats.flushes++;
    this.stats.runs += runs.length;
    const items = runs.map(takeItem);
    try {
      await this.#write(items, lane);
    } catch (error) {
      // Nobody knows what stands: whoever takes these runs up reads it.
      settle({ won: [], lost: items, audit: [], woken: [] }, this.#options);
      throw error;
    } finally {
      lane.busy = false;
      lane.stalled = false;
      for (const run of runs) {
        run.flushing = false;
        const more = run.waiters.length > 0 || (hasUnsaved(run) && run.disposition.kind !== "hold");
        if (!run.gone && more) this.#dirty.add(run);
      }
      this.#kick();
      this.#tellIdle();
    }
  }

  #takeRuns(): LiveRun[] {
    const runs: LiveRun[] = [];
    for (const run of this.#dirty) {
      if (run.flushing || run.blobWrites > 0) continue;
      this.#dirty.delete(run);
      if (run.gone && run.waiters.length === 0) continue; // asked for once more while its last flush was under way
      run.flushing = true;
      runs.push(run);
      if (runs.length === FLUSH_RUNS_MAX) break;
    }
    return runs;
  }

  async #write(items: readonly FlushItem[], lane: Lane): Promise<void> {
    const { database, clock, worker, place, log } = this.#options;
    const { chain } = lane;
    for (let attempt = 0; ; attempt++) {
      try {
        const flushed = await writeFlush(database, items, chain, { worker: worker(), place }, clock.nowMs());
        lane.stalled = false;
        for (const batch of flushed.audit) chain.advance(batch);
        return settle(flushed, this.#options);
      } catch (error) {
        if (isConnectionLost(error) || isOutOfDisk(error)) {
          await this.#pause(attempt, lane);
          const unknown = isConnectionLost(error) && error.committed === "unknown";
          const standing = unknown ? await this.#standing(items, lane) : null;
          if (standing) return settle(standing, this.#options);
        } else if (isPassing(error) && attempt < CONTENTIONS_MAX) await this.#pause(attempt, lane);
        else if (items.length > 1) {
          const half = items.length >> 1;
          await this.#write(items.slice(0, half), lane);
          return this.#write(items.slice(half), lane);
        } else {
          log(`run ${items[0]!.run.id} can't be written`, error);
          return settle({ won: [], lost: items, audit: [], woken: [] }, this.#options);
        }
      }
    }
  }

  #pause(attempt: number, lane: Lane): Promise<void> {
    if (attempt >= REPEAT_DELAYS_MS.length) lane.stalled = true;
    const ms = REPEAT_DELAYS_MS[Math.min(attempt, REPEAT_DELAYS_MS.length - 1)]!;
    return new Promise((done) => void this.#options.clock.after(ms, done));
  }

  /** After a commit whose answer was lost: who is written, or null when nobody is. One transaction wrote all or nothing. */
  async #standing(items: readonly FlushItem[], lane: Lane): Promise<Flushed | null> {
    const { database } = this.#options;
    const { chain } = lane;
    for (let attempt = 0; ; attempt++) {
      try {
        const organizations = new Map(items.map(({ run: { project } }) => [project.organization, project]));
        for (const project of organizations.values()) {
          const head = await readAuditHead(database, project, chain.id);
          if (head) chain.advance(head);
        }
        const won: FlushItem[] = [];
        const written = items.filter((item) => item.segment !== null);
        for (const item of written)
          if (item.segment && (await readStanding(database, item.run.project, item.segment))) won.push(item);
        if (won.length === 0) return null;
        const lost = written.filter((item) => !won.includes(item));
        // Items without records only let their runs go: said again to be sure, by whoever claims them.
        return { won: items.filter((item) => !lost.includes(item)), lost, audit: [], woken: [] };
      } catch (error) {
        if (!isPassing(error)) throw error;
        await this.#pause(attempt, lane);
      }
    }
  }
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
