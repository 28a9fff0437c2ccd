import type { KeySources } from "./key-sources.ts";
import type { Keyring } from "./keyring.ts";

/** What processes are told while keys change: whose keys to load anew, or which master key they will need. */
export type KeyWord =
  | { readonly organization: string; readonly project?: string }
  /** The successor's id; answered by a process that has it at hand (`MasterKeys.has`), after looking for it anew. */
  | { readonly masterKey: string };

/** What the verbs that change keys need beside the sources. */
export interface KeyTools extends KeySources {
  /** This process's own. */
  readonly keyring: Keyring;
  /**
   * Runs the work while nobody else's runs, in any process of the installation: an advisory lock of the database.
   * Held for a few file operations at a time, never while others are waited for.
   */
  readonly lock: <Value>(work: () => Promise<Value>) => Promise<Value>;
  /** Settles when every other process has acted on the word (`Keyring.reload`); rejects when one of them may not have. */
  readonly everyoneReloaded: (word: KeyWord) => Promise<void>;
}

/** This process and then all the others. */
export async function reloadEverywhere(
  { keyring, everyoneReloaded }: KeyTools,
  owner: { readonly organization: string; readonly project?: string },
): Promise<void> {
  await keyring.reload(owner.organization, owner.project);
  await everyoneReloaded(owner);
}
