/** At most `max` requests at once, at most `waitingMax` waiting in order of arrival. */
export class Slots {
  readonly #max: number;
  readonly #waitingMax: number;
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(max: number, waitingMax: number) {
    this.#max = max;
    this.#waitingMax = waitingMax;
  }

  /** True when a slot was free and is now taken. */
  tryTake(): boolean {
    if (this.#taken >= this.#max) return false;
    this.#taken += 1;
    return true;
  }

  /** Calls `onTurn` once, with a slot taken for it; answers how to leave the queue, or null when the queue is full. */
  wait(onTurn: () => void): (() => void) | null {
    if (this.#waiting.size >= this.#waitingMax) return null;
    this.#waiting.add(onTurn);
    return () => void this.#waiting.delete(onTurn);
  }

  give(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#taken -= 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
