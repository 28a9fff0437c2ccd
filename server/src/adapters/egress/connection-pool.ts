import type { ConnectPlan } from "./connect.ts";
import { Connection } from "./connection.ts";

/**
 * Connections by partition, origin and address, most recently used first.
 * P1 A connection serves one request at a time.
 * P2 A connection is reused only for its own partition, origin and checked address.
 * P3 At most `idleMax` connections are idle; beyond that the longest idle one closes.
 */
export class ConnectionPool {
  readonly #idleMax: number;
  readonly #nowMs: () => number;
  readonly #all = new Set<Connection>();
  /** Each stack's last is the most recently used; a Map keeps no empty stack. */
  readonly #idle = new Map<string, Connection[]>();
  #idleCount = 0;

  constructor(idleMax: number, nowMs: () => number) {
    this.#idleMax = idleMax;
    this.#nowMs = nowMs;
  }

  hasIdle(key: string): boolean {
    return this.#idle.has(key);
  }

  /** An idle connection that was used within `idleMsMax`, or null. */
  take(key: string, idleMsMax: number): Connection | null {
    const stack = this.#idle.get(key);
    const last = stack?.at(-1);
    if (stack === undefined || last === undefined || this.#nowMs() - last.idleSinceMs > idleMsMax) return null;
    this.#leaveIdle(last, stack);
    return last;
  }

  /** A new connection, which connects when it is first used. */
  open(key: string, plan: ConnectPlan): Connection {
    const made = new Connection(key, plan, (gone) => this.#forget(gone));
    this.#all.add(made);
    return made;
  }

  /** Back for the next request. */
  give(connection: Connection): void {
    if (connection.gone) return;
    connection.idleSinceMs = this.#nowMs();
    const stack = this.#idle.get(connection.key);
    if (stack === undefined) this.#idle.set(connection.key, [connection]);
    else stack.push(connection);
    this.#idleCount += 1;
    if (this.#idleCount > this.#idleMax) this.#longestIdle()?.discard();
  }

  #longestIdle(): Connection | null {
    let longest: Connection | null = null;
    for (const [first] of this.#idle.values()) {
      if (first !== undefined && (longest === null || first.idleSinceMs < longest.idleSinceMs)) longest = first;
    }
    return longest;
  }

  #leaveIdle(connection: Connection, stack: Connection[]): void {
    const index = stack.lastIndexOf(connection);
    if (index === -1) return;
    stack.splice(index, 1);
    this.#idleCount -= 1;
    if (stack.length === 0) this.#idle.delete(connection.key);
  }

  #forget(connection: Connection): void {
    this.#all.delete(connection);
    const stack = this.#idle.get(connection.key);
    if (stack !== undefined) this.#leaveIdle(connection, stack);
  }

  get size(): number {
    return this.#all.size;
  }

  resetAll(): void {
    for (const connection of this.#all) connection.reset();
  }
}
