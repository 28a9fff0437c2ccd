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

/** Slots for all together, and of them at most `partitionMax` for each partition: who has much to do waits for itself. */
export class SharedSlots {
  readonly #all: Slots;
  readonly #partitionMax: number;
  readonly #waitingMax: number;
  readonly #partitions = new Map<string, { readonly slots: Slots; uses: number }>();

  constructor(max: number, waitingMax: number, partitionMax: number) {
    this.#all = new Slots(max, waitingMax);
    this.#waitingMax = waitingMax;
    this.#partitionMax = partitionMax;
  }

  /** Runs with a slot of both; gives `full` where a queue is full, and what `stopping` gives when that is first. */
  async within<Given>(
    partition: string,
    stopping: Promise<Given>,
    full: Given,
    run: () => Promise<Given>,
  ): Promise<Given> {
    const own = this.#partitions.get(partition) ?? { slots: new Slots(this.#partitionMax, this.#waitingMax), uses: 0 };
    this.#partitions.set(partition, own);
    own.uses += 1;
    try {
      return await inSlot(own.slots, stopping, full, () => inSlot(this.#all, stopping, full, run));
    } finally {
      own.uses -= 1;
      if (own.uses === 0) this.#partitions.delete(partition);
    }
  }
}

async function inSlot<Given>(
  slots: Slots,
  stopping: Promise<Given>,
  full: Given,
  run: () => Promise<Given>,
): Promise<Given> {
  if (!slots.tryTake()) {
    const turn = Promise.withResolvers<null>();
    const leave = slots.wait(() => turn.resolve(null));
    if (leave === null) return full;
    const stopped = await Promise.race([turn.promise, stopping.then((given) => (leave(), { given }))]);
    if (stopped !== null) return stopped.given;
  }
  try {
    return await run();
  } finally {
    slots.give();
  }
}
