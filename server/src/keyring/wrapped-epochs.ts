import { frame } from "./frame.ts";
import { addEpoch, nextEpoch, type HeldEpoch, type KeyClass, type KeyEpoch } from "./key-file.ts";
import { SealError } from "./seal-error.ts";
import type { WrappingKey } from "./wrap-key.ts";

/** Whose key it is: an organization's own, one of a project beneath it, or the installation's. */
export interface KeyOwner {
  /** Empty for the installation. */
  readonly organization: string;
  readonly project?: string;
  readonly class: KeyClass;
}

/** Adds a new key, wrapped, as a coming epoch. The key's bytes stay the caller's. */
export async function wrapEpoch(
  owner: KeyOwner,
  epochs: readonly KeyEpoch[],
  key: Uint8Array,
  by: WrappingKey,
  nowMs: number,
): Promise<KeyEpoch[]> {
  const epoch = nextEpoch(epochs);
  const wrapped = Buffer.from(await by.wrap(key, associatedData(owner, epoch, by.name))).toString("base64url");
  return addEpoch(epochs, { epoch, createdAt: new Date(nowMs).toISOString(), wrappedBy: by.name, wrapped });
}

/** The keys of all epochs, null for a shredded one. Throws `SealError` when one doesn't unwrap. */
export async function unwrapEpochs(
  owner: KeyOwner,
  epochs: readonly KeyEpoch[],
  wrappingKeys: ReadonlyMap<string, WrappingKey>,
): Promise<Map<number, Uint8Array | null>> {
  const keys = new Map<number, Uint8Array | null>();
  for (const entry of epochs) {
    keys.set(entry.epoch, entry.state === "shredded" ? null : await unwrapEpoch(owner, entry, wrappingKeys));
  }
  return keys;
}

/** The same keys under the same epochs, each wrapped with `by`; null when they all are. Throws `SealError`. */
export async function rewrapEpochs(
  owner: KeyOwner,
  epochs: readonly KeyEpoch[],
  wrappingKeys: ReadonlyMap<string, WrappingKey>,
  by: WrappingKey,
): Promise<KeyEpoch[] | null> {
  if (epochs.every((entry) => entry.state === "shredded" || entry.wrappedBy === by.name)) return null;
  const rewrapped: KeyEpoch[] = [];
  for (const entry of epochs) {
    if (entry.state === "shredded" || entry.wrappedBy === by.name) {
      rewrapped.push(entry);
      continue;
    }
    const key = await unwrapEpoch(owner, entry, wrappingKeys);
    const wrapped = await by.wrap(key, associatedData(owner, entry.epoch, by.name));
    key.fill(0);
    rewrapped.push({ ...entry, wrappedBy: by.name, wrapped: Buffer.from(wrapped).toString("base64url") });
  }
  return rewrapped;
}

async function unwrapEpoch(
  owner: KeyOwner,
  { epoch, wrappedBy, wrapped }: HeldEpoch,
  wrappingKeys: ReadonlyMap<string, WrappingKey>,
): Promise<Uint8Array> {
  const what = `the ${owner.class} key, epoch ${epoch}, of ${owner.project ?? (owner.organization || "the installation")}`;
  const by = wrappingKeys.get(wrappedBy);
  if (by === undefined) {
    const known = [...wrappingKeys.keys()].join(", ");
    throw new SealError("epoch_unknown", `${what} is wrapped by ${wrappedBy}; known here: ${known || "none"}`);
  }
  const key = await by.unwrap(Buffer.from(wrapped, "base64url"), associatedData(owner, epoch, wrappedBy));
  if (key === null) throw new SealError("tampered", `${what} does not unwrap with ${wrappedBy}: its file was changed`);
  return key;
}

/** Binds a wrapped key to what its file says of it, so that none can be passed off as another. */
function associatedData(owner: KeyOwner, epoch: number, wrappedBy: string): Buffer {
  return frame("steward key 1", owner.class, owner.organization, owner.project ?? "", String(epoch), wrappedBy);
}
