import type { KeySources } from "./key-sources.ts";
import { keysOfHome } from "./open-master-key.ts";

/**
 * What a process does on the word of a master key's rotation: looks whether the home has the successor by now, and
 * gives whether it has it at hand. False asks for a restart with that key.
 */
export async function findMasterKey({ files, master, fillRandom }: KeySources, id: string): Promise<boolean> {
  for (const key of await keysOfHome(files, fillRandom)) {
    if ((await key.describe()).id === id) await master.admit(key);
  }
  return await master.has(id);
}

/** Takes up whatever master keys the home has by now: for a process that may have missed the word of a rotation. */
export async function admitHomeKeys({ files, master, fillRandom }: KeySources): Promise<void> {
  for (const key of await keysOfHome(files, fillRandom)) await master.admit(key);
}
