/**
 * Counts of what happens too often to be written each time: kept in memory, added to the database in batches, and
 * learned from it what other processes counted.
 *
 * S1 A process admits at most a tenth of the limit (its share) beyond what it last heard from the database; at the share
 *    it waits for the database. So N processes admit at most `points` and N tenths of it within a window.
 * S2 Refusing costs nothing: what is over its limit is neither counted nor written until its window ends.
 * S3 A process that is killed forgets at most a share of each count; one that closes, nothing.
 * S4 When the database can't be asked, each process goes on by its own count, up to the limit.
 */
import type { Clock } from "../core/ports/clock.ts";
import type { CountRow } from "../store/rate-limits.ts";

export interface CountRule {
  readonly points: number;
  readonly windowMs: number;
}

export interface SharedCountsOptions {
  /** Adds to the counts of all processes and gives them. */
  readonly add: (rows: readonly CountRow[], nowMs: number) => Promise<readonly CountRow[]>;
  readonly clock: Clock;
  readonly log: (message: string, error?: unknown) => void;
}

export interface SharedCounts {
  /** Counts one; gives 0 when it is admitted, else for how many milliseconds nothing more is. */
  take(key: string, rule: CountRule, nameOf: () => string): number | Promise<number>;
  /** Counts one that happened already, and waits for nothing: of these a burst may exceed the limit by itself (S1). */
  note(key: string, rule: CountRule, nameOf: () => string): void;
  /** For how many milliseconds nothing more is admitted under the key; counts nothing. */
  overMs(key: string): number;
  /** Whether half of what is admitted is used up. */
  isNear(key: string, rule: CountRule): boolean;
  /** Writes what is not yet written, and no more by itself. */
  close(): Promise<void>;
}

interface Entry {
  readonly name: string;
  readonly rule: CountRule;
  /** In all processes, as last heard. */
  settled: number;
  /** On its way to the database. */
  sending: number;
  /** Not yet on its way. */
  pending: number;
  endsAtMs: number;
}

const SETTLE_MS = 1000;
/** Rows of one transaction. */
const ROWS_MAX = 1024;
/** Beyond, the oldest is forgotten here; what the database knows of it comes back with its next batch. */
const ENTRIES_MAX = 50_000;
/** Beyond, what is new counts in this process alone: who has that many addresses is not held by counts of addresses. */
const UNWRITTEN_MAX = 10_000;
/** Batches that one call waits for: each lets a share through, and ten shares are the limit. */
const WAITS_MAX = 20;
/** Entries looked at for their end with each batch. */
const SWEPT_MAX = 500;

export function createSharedCounts(options: SharedCountsOptions): SharedCounts {
  return new Counts(options);
}

class Counts implements SharedCounts {
  readonly #options: SharedCountsOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #unwritten = new Set<Entry>();
  #settling: Promise<boolean> | null = null;
  #cancel: (() => void) | null = null;
  #closed = false;

  constructor(options: SharedCountsOptions) {
    this.#options = options;
  }

  take(key: string, rule: CountRule, nameOf: () => string): number | Promise<number> {
    const entry = this.#current(key) ?? this.#begin(key, rule, nameOf());
    const overMs = this.#overMs(entry);
    if (overMs > 0) return overMs;
    if (unheard(entry) < share(rule)) return this.#count(entry);
    return this.#takeLater(key, rule, entry.name);
  }

  note(key: string, rule: CountRule, nameOf: () => string): void {
    const entry = this.#current(key) ?? this.#begin(key, rule, nameOf());
    if (this.#overMs(entry) === 0) this.#count(entry);
  }

  async #takeLater(key: string, rule: CountRule, name: string): Promise<number> {
    for (let waits = 0; waits < WAITS_MAX; waits++) {
      const heard = await this.#settle();
      const entry = this.#current(key) ?? this.#begin(key, rule, name);
      const overMs = this.#overMs(entry);
      if (overMs > 0) return overMs;
      if (!heard || unheard(entry) < share(rule)) return this.#count(entry); // S4, S1
    }
    return SETTLE_MS; // so many at once that the window must be over by then
  }

  overMs(key: string): number {
    const entry = this.#current(key);
    return entry === null ? 0 : this.#overMs(entry);
  }

  isNear(key: string, rule: CountRule): boolean {
    const entry = this.#current(key);
    return entry !== null && entry.settled + unheard(entry) >= rule.points / 2;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await this.#settling;
    await this.#settle();
  }

  /** The entry of a window that is not over. */
  #current(key: string): Entry | null {
    const entry = this.#entries.get(key);
    return entry === undefined || entry.endsAtMs <= this.#options.clock.nowMs() ? null : entry;
  }

  #begin(key: string, rule: CountRule, name: string): Entry {
    const endsAtMs = this.#options.clock.nowMs() + rule.windowMs;
    const entry: Entry = { name, rule, settled: 0, sending: 0, pending: 0, endsAtMs };
    this.#entries.delete(key); // a new one is the youngest
    this.#entries.set(key, entry);
    if (this.#entries.size > ENTRIES_MAX) this.#entries.delete(this.#entries.keys().next().value!);
    return entry;
  }

  #overMs(entry: Entry): number {
    if (entry.settled + unheard(entry) < entry.rule.points) return 0;
    return Math.max(0, entry.endsAtMs - this.#options.clock.nowMs());
  }

  #count(entry: Entry): 0 {
    entry.pending++;
    if (this.#unwritten.size < UNWRITTEN_MAX) this.#unwritten.add(entry);
    // Half a share ahead of need, so that nobody waits unless the database is slower than that.
    if (unheard(entry) * 2 >= share(entry.rule)) void this.#settle();
    else this.#schedule();
    return 0;
  }

  #schedule(): void {
    if (this.#cancel !== null || this.#closed) return;
    this.#cancel = this.#options.clock.after(SETTLE_MS, () => {
      this.#cancel = null;
      void this.#settle();
    });
  }

  /** Settles when what was pending is written and heard, with true, or could not be; one at a time. */
  #settle(): Promise<boolean> {
    this.#settling ??= this.#write().finally(() => {
      this.#settling = null;
      if (this.#unwritten.size > 0) this.#schedule();
    });
    return this.#settling;
  }

  async #write(): Promise<boolean> {
    const { clock, log, add } = this.#options;
    await Promise.resolve(); // what is counted in the same turn goes along
    for (let left = this.#unwritten.size; left > 0; left -= ROWS_MAX) {
      const batch = this.#nextBatch(clock.nowMs());
      if (batch.size === 0) break;
      const rows = Array.from(batch.values(), ({ name, sending, endsAtMs }) => ({
        key: name,
        points: sending,
        expire: endsAtMs,
      }));
      try {
        for (const { key, points, expire } of await add(rows, clock.nowMs())) {
          const entry = batch.get(key);
          if (entry === undefined) continue;
          entry.settled = points;
          entry.sending = 0;
          entry.endsAtMs = expire;
        }
      } catch (error) {
        log(`${batch.size} counts of limits were not written and are tried again`, error);
        for (const entry of batch.values()) {
          entry.pending += entry.sending;
          entry.sending = 0;
          this.#unwritten.add(entry);
        }
        return false;
      }
    }
    this.#sweep(clock.nowMs());
    return true;
  }

  /** By name; the younger of two entries of one name, whose older one's window is over. */
  #nextBatch(nowMs: number): Map<string, Entry> {
    const batch = new Map<string, Entry>();
    for (const entry of this.#unwritten) {
      if (batch.size === ROWS_MAX) break;
      this.#unwritten.delete(entry);
      if (entry.endsAtMs <= nowMs) continue;
      const other = batch.get(entry.name);
      entry.sending = entry.pending + (other?.sending ?? 0);
      entry.pending = 0;
      batch.set(entry.name, entry);
    }
    return batch;
  }

  #sweep(nowMs: number): void {
    let looked = 0;
    for (const [key, entry] of this.#entries) {
      if (++looked > SWEPT_MAX) break;
      if (entry.endsAtMs <= nowMs) this.#entries.delete(key);
    }
  }
}

function unheard({ sending, pending }: Entry): number {
  return sending + pending;
}

function share({ points }: CountRule): number {
  return Math.max(1, Math.floor(points / 10));
}
