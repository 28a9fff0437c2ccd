import type { KeyObject } from "node:crypto";
import { expandKey, extractKey } from "./derive-key.ts";
import type { KeyEpoch } from "./key-file.ts";
import { SealError } from "./seal-error.ts";

/** The epochs of one class as their file has them, with their keys as unwrapped: null for a shredded one. */
export interface UnwrappedEpochs {
  readonly epochs: readonly KeyEpoch[];
  /** Cleared by who takes them. */
  readonly keys: ReadonlyMap<number, Uint8Array | null>;
}

/** The data keys of one class of a project, by epoch, as last renewed; none before that. */
export class DataKeys {
  /** Stays alive with its parts, so that renewing reaches everybody who holds one. */
  readonly whole: object | null;
  #active: number | null = null;
  #extracted: ReadonlyMap<number, KeyObject | null> = new Map();
  #derived = new WeakMap<object, Map<number, KeyObject>>();

  constructor(whole: object | null) {
    this.whole = whole;
  }

  /** Takes the place of all keys before; what was derived of them is dropped at once. */
  renew({ epochs, keys }: UnwrappedEpochs): void {
    this.#active = epochs.find(({ state }) => state === "active")?.epoch ?? null;
    this.#extracted = new Map(Array.from(keys, ([epoch, key]) => [epoch, key === null ? null : extractKey(key)]));
    this.#derived = new WeakMap();
  }

  /** Destroys every key held here. */
  shred(): void {
    this.#active = null;
    this.#extracted = new Map(Array.from(this.#extracted.keys(), (epoch) => [epoch, null]));
    this.#derived = new WeakMap();
  }

  /** The epoch to seal with. */
  get active(): number {
    if (this.#active === null) throw new SealError("shredded", "no key is left to seal with");
    return this.#active;
  }

  /** The key of one epoch for one use, derived once for each holder and kept as long as the holder is. */
  derive(holder: object, epoch: number, info: Uint8Array): KeyObject {
    const held = this.#derived.get(holder);
    const key = held?.get(epoch) ?? this.#expand(epoch, info);
    if (held === undefined) this.#derived.set(holder, new Map([[epoch, key]]));
    else held.set(epoch, key); // bounded by the epochs of the project
    return key;
  }

  #expand(epoch: number, info: Uint8Array): KeyObject {
    const extracted = this.#extracted.get(epoch);
    if (extracted === undefined) throw new SealError("epoch_unknown", `epoch ${epoch} is not known here`);
    if (extracted === null) throw new SealError("shredded", `the key of epoch ${epoch} was destroyed`);
    return expandKey(extracted, info);
  }
}
