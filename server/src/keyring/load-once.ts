/** Holds what was loaded, one load per key at a time, and forgets the least recently used beyond `max`; failures are not held. */
export class LoadOnce<Value> {
  readonly #max: number;
  readonly #held = new Map<string, Promise<Value>>();

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string, load: () => Promise<Value>): Promise<Value> {
    const held = this.#held.get(key) ?? this.#load(key, load);
    this.#held.delete(key);
    this.#held.set(key, held); // a Map keeps the order of insertion: the first is the least recently used
    if (this.#held.size > this.#max) this.#held.delete(this.#held.keys().next().value!);
    return held;
  }

  /** The next `get` loads anew; who asked before gets what was being loaded. */
  forget(key: string): void {
    this.#held.delete(key);
  }

  /** The same for every key that this is true of. */
  forgetWhere(matches: (key: string) => boolean): void {
    for (const key of this.#held.keys()) if (matches(key)) this.#held.delete(key);
  }

  #load(key: string, load: () => Promise<Value>): Promise<Value> {
    const loading = load().catch((error: unknown) => {
      if (this.#held.get(key) === loading) this.#held.delete(key);
      throw error;
    });
    return loading;
  }
}
