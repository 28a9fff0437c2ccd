/** Values by key for as long as somebody else holds them, and no longer. */
export class WeakHeld<Value extends object> {
  readonly #held = new Map<string, WeakRef<Value>>();
  readonly #gone = new FinalizationRegistry<string>((key) => {
    if (this.#held.get(key)?.deref() === undefined) this.#held.delete(key); // may have been made anew
  });

  get(key: string): Value | undefined {
    return this.#held.get(key)?.deref();
  }

  getOrMake(key: string, make: () => Value): Value {
    const held = this.get(key);
    if (held !== undefined) return held;
    const made = make();
    this.#held.set(key, new WeakRef(made));
    this.#gone.register(made, key);
    return made;
  }

  keys(): string[] {
    return [...this.#held.keys()].filter((key) => this.get(key) !== undefined);
  }
}
