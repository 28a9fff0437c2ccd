/**
 * Refused calls, audited soon and in numbers that nobody can drive up. Those that are alike within a second are one entry
 * with a count; an organization gets so many entries a minute, and what goes beyond is counted in one. Memory is bounded
 * whatever comes: at most `ORGANIZATIONS_MAX` organizations with `ENTRIES_PER_MINUTE` entries each.
 */
import type { AuditEntry } from "../core/audit-entry.ts";
import { canonicalJson } from "../core/json.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import { appendActs } from "../store/append-acts.ts";
import { INSTALLATION } from "../store/installation.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";

export interface Denials {
  /** Null is the installation's own log. Takes microseconds and never throws. */
  note(organization: string | null, entry: AuditEntry): void;
  /** Writes what was noted. What can't be written is kept, within the bounds, and written later. */
  flush(): Promise<void>;
  /** Writes what is left; what can't be written now is logged as lost. */
  close(): Promise<void>;
}

export interface DenialParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: (message: string, error?: unknown) => void;
}

const FLUSH_MS = 1000;
const MINUTE_MS = 60_000;
/** Of one organization, from one process. */
export const ENTRIES_PER_MINUTE = 100;
/** With refused calls in the same minute; those of further ones are counted in the installation's log. */
export const ORGANIZATIONS_MAX = 1000;

/** What one organization's callers were refused. */
interface Noted {
  /** The minute in which its last entry was begun, and how many were. */
  minute: number;
  begun: number;
  /** Calls beyond those entries that are to be told of as a number. */
  beyond: { readonly minute: number; readonly atMs: number; count: number } | null;
  readonly waiting: Map<string, { readonly entry: AuditEntry; count: number }>;
}

export function createDenials(parts: DenialParts): Denials {
  return new BufferedDenials(parts);
}

class BufferedDenials implements Denials {
  readonly #parts: DenialParts;
  readonly #noted = new Map<string, Noted>();
  #timer: (() => void) | null = null;
  #flushing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: DenialParts) {
    this.#parts = parts;
  }

  note(organization: string | null, entry: AuditEntry): void {
    const own = this.#notedOf(organization ?? INSTALLATION);
    if (own === null) this.#countBeyond(this.#notedOf(INSTALLATION)!, entry.atMs, 1);
    else {
      const { project, actor, action, target, facts } = entry;
      const key = canonicalJson([project, actor, action, target, facts]);
      const same = own.waiting.get(key);
      if (same) same.count++;
      else if (this.#mayBegin(own)) own.waiting.set(key, { entry, count: 1 });
      else this.#countBeyond(own, entry.atMs, 1);
    }
    this.#soon();
  }

  flush(): Promise<void> {
    return (this.#flushing = this.#flushing.then(() => this.#write(false)));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.();
    await (this.#flushing = this.#flushing.then(() => this.#write(true)));
    for (const [organization, { waiting, beyond }] of this.#noted)
      this.#parts.log(
        `${waiting.size} entries and ${beyond?.count ?? 0} more refused calls of ${organization} were not audited`,
      );
  }

  #minute(): number {
    return Math.floor(this.#parts.clock.monotonicMs() / MINUTE_MS);
  }

  /** Null when too many organizations have refused calls at once. The installation's own log always has a place. */
  #notedOf(organization: string): Noted | null {
    const known = this.#noted.get(organization);
    if (known) return known;
    if (this.#noted.size >= ORGANIZATIONS_MAX && organization !== INSTALLATION) return null;
    const fresh: Noted = { minute: this.#minute(), begun: 0, beyond: null, waiting: new Map() };
    this.#noted.set(organization, fresh);
    return fresh;
  }

  #mayBegin(noted: Noted): boolean {
    const minute = this.#minute();
    if (noted.minute !== minute) {
      noted.minute = minute;
      noted.begun = 0;
    }
    if (noted.begun >= ENTRIES_PER_MINUTE || noted.waiting.size >= ENTRIES_PER_MINUTE) return false;
    noted.begun++;
    return true;
  }

  #countBeyond(noted: Noted, atMs: number, count: number): void {
    noted.beyond ??= { minute: this.#minute(), atMs, count: 0 };
    noted.beyond.count += count;
  }

  #soon(): void {
    if (this.#timer !== null || this.#closed) return;
    this.#timer = this.#parts.clock.after(FLUSH_MS, () => {
      this.#timer = null;
      void this.flush();
    });
  }

  async #write(last: boolean): Promise<void> {
    const minute = this.#minute();
    for (const [organization, noted] of this.#noted) {
      const { beyond } = noted;
      const told = beyond !== null && (last || beyond.minute !== minute) ? beyond : null;
      if (noted.waiting.size > 0 || told !== null) await this.#writeOne(organization, noted, told);
      const quiet = noted.waiting.size === 0 && noted.beyond === null;
      if (quiet && (last || noted.minute !== minute)) this.#noted.delete(organization);
    }
    if (this.#noted.size > 0) this.#soon();
  }

  async #writeOne(organization: string, noted: Noted, told: Noted["beyond"]): Promise<void> {
    const written = new Map(noted.waiting);
    noted.waiting.clear();
    if (told !== null) noted.beyond = null;
    const entries = [...written.values()].map(({ entry, count }): AuditEntry => ({
      ...entry,
      facts: { ...entry.facts, count },
    }));
    if (told !== null) entries.push(beyondEntry(told.atMs, told.count));
    try {
      const now = this.#parts.clock.nowMs();
      await inScope(this.#parts.database, organizationScope(organization), (tx) =>
        appendActs(tx, organization, entries, now),
      );
    } catch (error) {
      this.#parts.log(`refused calls of ${organization} were not audited yet`, error);
      this.#putBack(noted, written, told);
    }
  }

  #putBack(noted: Noted, written: Noted["waiting"], told: Noted["beyond"]): void {
    if (told !== null) this.#countBeyond(noted, told.atMs, told.count);
    for (const [key, { entry, count }] of written) {
      const same = noted.waiting.get(key);
      if (same) same.count += count;
      else if (noted.waiting.size < ENTRIES_PER_MINUTE) noted.waiting.set(key, { entry, count });
      else this.#countBeyond(noted, entry.atMs, count);
    }
  }
}

/** One entry for all that were more than are written one by one. */
function beyondEntry(atMs: number, count: number): AuditEntry {
  return { atMs, project: null, actor: "system", action: "call.refused", target: "many", facts: { count } };
}
