import type { KeyObject } from "node:crypto";
import { expandKey, extractKey } from "./derive-key.ts";
import type { KeyEpoch } from "./key-file.ts";
import { SealError } from "./seal-error.ts";

/** The data keys of one class of a project, by epoch. */
export class DataKeys {
  readonly #active: number | null;
  readonly #extracted: ReadonlyMap<number, KeyObject | null>;

  /** `keys` as unwrapped: null for a shredded one; the others' bytes are cleared here. */
  constructor(epochs: readonly KeyEpoch[], keys: ReadonlyMap<number, Uint8Array | null>) {
    this.#active = epochs.find(({ state }) => state === "active")?.epoch ?? null;
    this.#extracted = new Map(Array.from(keys, ([epoch, key]) => [epoch, key === null ? null : extractKey(key)]));
  }

  /** The epoch to seal with. */
  get active(): number {
    if (this.#active === null) throw new SealError("shredded", "no key is left to seal with");
    return this.#active;
  }

  /** The key of one epoch for one use. */
  expand(epoch: number, info: Uint8Array): KeyObject {
    const extracted = this.#extracted.get(epoch);
    if (extracted === undefined) throw new SealError("epoch_unknown", `epoch ${epoch} is not known here`);
    if (extracted === null) throw new SealError("shredded", `the key of epoch ${epoch} was destroyed`);
    return expandKey(extracted, info);
  }
}
