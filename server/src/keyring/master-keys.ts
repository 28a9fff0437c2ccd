import { AppError } from "../core/errors.ts";
import { invariant } from "../core/invariant.ts";
import type { KeyFiles } from "../core/ports/key-files.ts";
import type { MasterKey } from "../core/ports/master-key.ts";
import { parseMasterKeyCheck } from "./master-key-check.ts";
import type { WrappingKey } from "./wrap-key.ts";

/** The one in charge, its successor, and what operators may have left from an earlier try. */
const MASTERS_MAX = 8;

/** The master keys that this process has at hand: one, and while it is being rotated its successor too. */
export class MasterKeys {
  readonly #first: MasterKey;
  readonly #all: MasterKey[];

  constructor(first: MasterKey, ...others: readonly MasterKey[]) {
    this.#first = first;
    this.#all = [first, ...others];
  }

  /** From now on opens what this key wrapped, too; repeated, nothing changes. */
  async admit(master: MasterKey): Promise<void> {
    const { id } = await master.describe();
    for (const held of this.#all) if ((await held.describe()).id === id) return;
    invariant(this.#all.length < MASTERS_MAX, `${MASTERS_MAX} master keys are held already`);
    this.#all.push(master);
  }

  /** Whether a key of this id is at hand: what a process answers to the word of a rotation. */
  async has(id: string): Promise<boolean> {
    return (await this.all()).has(nameOf(id));
  }

  /** Of the key that was in charge when this process started. */
  async describe(): ReturnType<MasterKey["describe"]> {
    return await this.#first.describe();
  }

  /** All of them, by what key files call them. */
  async all(): Promise<ReadonlyMap<string, WrappingKey>> {
    const keys = await Promise.all(this.#all.map(wrappingKeyOf));
    return new Map(keys.map((key) => [key.name, key]));
  }

  /**
   * The one that wraps new keys: the successor once it is announced, in whichever process it was. `unavailable` when
   * this process has not been given it.
   */
  async inCharge(files: KeyFiles): Promise<WrappingKey> {
    const bytes = await files.read("check");
    if (bytes === null) return await wrappingKeyOf(this.#first);
    const check = parseMasterKeyCheck(bytes);
    const { id, source } = (check.next ?? check).masterKey;
    const key = (await this.all()).get(nameOf(id));
    if (key !== undefined) return key;
    throw new AppError(
      "unavailable",
      `the master key is now ${id} (${source}), which this process was not given: restart it with that key`,
    );
  }
}

/** As something that wraps, under the name that key files give it. */
export async function wrappingKeyOf(master: MasterKey): Promise<WrappingKey> {
  const { id } = await master.describe();
  return {
    name: nameOf(id),
    wrap: (key, associated) => master.wrap(key, associated),
    unwrap: (wrapped, associated) => master.unwrap(wrapped, associated),
  };
}

function nameOf(id: string): string {
  return `master:${id}`;
}
