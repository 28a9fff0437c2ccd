/**
 * Shares a few connections among many databases.
 * S1 Never more than `totalMax` are open, nor more than `eachMax` to one database.
 * S2 Who waits is served in order, but nobody waits for a connection to a database that is at its own limit while
 *    another's could be had.
 * S3 One that is idle too long is closed; so is the one idle longest when somebody else needs its place.
 */
import { AppError } from "../../core/errors.ts";
import { invariant } from "../../core/invariant.ts";
import type { Clock } from "../../core/ports/clock.ts";

export interface SlotLimits {
  readonly totalMax: number;
  readonly eachMax: number;
  /** Callers that wait at once; more get `overloaded`. */
  readonly waitingMax: number;
  readonly waitMsMax: number;
  readonly idleMsMax: number;
}

export interface Slots<A, C> {
  acquire(access: A): Promise<C>;
  /** Gives it back; a broken one is closed. */
  release(access: A, connection: C, broken: boolean): void;
  /** Closes what is idle in this database. */
  forget(name: string): void;
  /** Closes idle ones now, those in use when they are given back; who waits is refused. */
  close(): void;
  readonly open: number;
}

interface Idle<C> {
  readonly connection: C;
  readonly name: string;
  /** Takes back its closing. */
  readonly keep: () => void;
}

interface Waiter<A, C> {
  readonly access: A;
  readonly resolve: (connection: C) => void;
  readonly reject: (error: unknown) => void;
  readonly done: () => void;
}

export function createSlots<A extends { readonly name: string }, C>(parts: {
  readonly limits: SlotLimits;
  readonly clock: Pick<Clock, "after">;
  readonly open: (access: A) => Promise<C>;
  /** Must not throw; what it begins may end later. */
  readonly close: (connection: C) => void;
}): Slots<A, C> {
  return new ConnectionSlots(parts);
}

class ConnectionSlots<A extends { readonly name: string }, C> implements Slots<A, C> {
  readonly #parts: Parameters<typeof createSlots<A, C>>[0];
  /** Oldest first. */
  #idle: Idle<C>[] = [];
  #waiting: Waiter<A, C>[] = [];
  /** Open or opening, by database. */
  readonly #counts = new Map<string, number>();
  #total = 0;
  #closed = false;

  constructor(parts: Parameters<typeof createSlots<A, C>>[0]) {
    this.#parts = parts;
  }

  get open(): number {
    return this.#total;
  }

  acquire(access: A): Promise<C> {
    const { limits, clock } = this.#parts;
    if (this.#closed) return Promise.reject(new AppError("unavailable", "Steward is closing."));
    if (this.#waiting.length >= limits.waitingMax)
      return Promise.reject(
        new AppError("overloaded", `${limits.waitingMax} callers wait for projects' databases already.`),
      );
    return new Promise((resolve, reject) => {
      const done = clock.after(limits.waitMsMax, () => {
        this.#waiting = this.#waiting.filter((one) => one !== waiter);
        const text = `No connection to the project's database was free within ${limits.waitMsMax / 1000} s: its ${limits.eachMax} are in use.`;
        reject(new AppError("overloaded", text, { retryAfterSeconds: 5 }));
      });
      const waiter: Waiter<A, C> = { access, resolve, reject, done };
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  release({ name }: A, connection: C, broken: boolean): void {
    if (broken || this.#closed) {
      this.#drop(name, connection);
    } else {
      const { clock, limits } = this.#parts;
      const idle: Idle<C> = { connection, name, keep: clock.after(limits.idleMsMax, () => this.#evict(idle)) };
      this.#idle.push(idle);
    }
    this.#serve();
  }

  forget(name: string): void {
    for (const idle of this.#idle.filter((one) => one.name === name)) this.#evict(idle);
    this.#serve();
  }

  close(): void {
    this.#closed = true;
    for (const idle of this.#idle) this.#evict(idle);
    for (const waiter of this.#waiting.splice(0)) {
      waiter.done();
      waiter.reject(new AppError("unavailable", "Steward is closing."));
    }
  }

  /** Gives every waiter what can be given now (S2). */
  #serve(): void {
    const still: Waiter<A, C>[] = [];
    for (const waiter of this.#waiting.splice(0)) if (!this.#tryServe(waiter)) still.push(waiter);
    this.#waiting = [...still, ...this.#waiting];
  }

  #tryServe(waiter: Waiter<A, C>): boolean {
    const { limits } = this.#parts;
    const { name } = waiter.access;
    const own = this.#idle.findLastIndex((one) => one.name === name); // the one used last, so that others age
    if (own >= 0) {
      const [idle] = this.#idle.splice(own, 1);
      invariant(idle, "an index that was found");
      idle.keep();
      waiter.done();
      waiter.resolve(idle.connection);
      return true;
    }
    if ((this.#counts.get(name) ?? 0) >= limits.eachMax) return false;
    if (this.#total >= limits.totalMax) {
      const oldest = this.#idle[0];
      if (!oldest) return false;
      this.#evict(oldest);
    }
    this.#openFor(waiter);
    return true;
  }

  #openFor({ access, resolve, reject, done }: Waiter<A, C>): void {
    this.#count(access.name, 1);
    done(); // opening has a limit of its own
    this.#parts.open(access).then(resolve, (error: unknown) => {
      this.#count(access.name, -1);
      reject(error);
      this.#serve();
    });
  }

  #evict(idle: Idle<C>): void {
    this.#idle = this.#idle.filter((one) => one !== idle);
    idle.keep();
    this.#drop(idle.name, idle.connection);
  }

  #drop(name: string, connection: C): void {
    this.#count(name, -1);
    this.#parts.close(connection);
  }

  #count(name: string, by: 1 | -1): void {
    const count = (this.#counts.get(name) ?? 0) + by;
    if (count === 0) this.#counts.delete(name);
    else this.#counts.set(name, count);
    this.#total += by;
  }
}
