import { randomFillSync } from "node:crypto";
import type { KeyFiles } from "../core/ports/key-files.ts";
import type { MasterKey } from "../core/ports/master-key.ts";
import type { KeyTools, KeyWord } from "./key-tools.ts";
import type { Keyring } from "./keyring.ts";
import { MASTER, NOW_MS } from "./keyring.testsuite.ts";
import { localMasterKey } from "./local-master-key.ts";
import { MasterKeys } from "./master-keys.ts";
import { openKeyring } from "./open-keyring.ts";

/** A process of an installation, as far as its keys go. */
export interface KeyProcess {
  readonly files: KeyFiles;
  readonly master: MasterKeys;
  readonly keyring: Keyring;
  readonly fillRandom: typeof randomFillSync;
  readonly nowMs: () => number;
}

export const masterKey = (text: string = MASTER): MasterKey => localMasterKey(text, "the test", randomFillSync);

export function keyProcess(files: KeyFiles, first: MasterKey = masterKey(), ...others: MasterKey[]): KeyProcess {
  const sources = { files, master: new MasterKeys(first, ...others), fillRandom: randomFillSync, nowMs: () => NOW_MS };
  return { ...sources, keyring: openKeyring({ ...sources, projectsMax: 100 }) };
}

/** One at a time, in the order they asked. */
export function mutex(): KeyTools["lock"] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}

/** The tools in one process; `others` act on its words at once. */
export function toolsOf(
  process: KeyProcess,
  { lock = mutex(), others = [], next }: { lock?: KeyTools["lock"]; others?: KeyProcess[]; next?: MasterKey } = {},
): KeyTools & { words: KeyWord[] } {
  const words: KeyWord[] = [];
  const everyoneReloaded = async (word: KeyWord): Promise<void> => {
    words.push(word);
    for (const other of others) {
      if (!("masterKey" in word)) await other.keyring.reload(word.organization, word.project);
      else if (next !== undefined) await other.master.admit(next);
    }
  };
  return { ...process, lock, everyoneReloaded, words };
}

export class Crash extends Error {}

/** Files that work `operations` times and then never again, as for a process that is killed in between. */
export function crashingAfter(files: KeyFiles, operations: number): KeyFiles & { died(): boolean } {
  let left = operations;
  const step = (): void => {
    if (left-- <= 0) throw new Crash("killed");
  };
  return {
    died: () => left < 0,
    read: async (name) => (step(), await files.read(name)),
    create: async (name, bytes) => (step(), await files.create(name, bytes)),
    replace: async (name, expected, bytes) => (step(), await files.replace(name, expected, bytes)),
    remove: async (name) => (step(), await files.remove(name)),
    sweep: async (name) => (step(), await files.sweep(name)),
    list: async (folder) => (step(), await files.list(folder)),
    hasWrappedKeys: async () => (step(), await files.hasWrappedKeys()),
  };
}
