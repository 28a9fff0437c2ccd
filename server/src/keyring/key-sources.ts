import type { KeyFiles } from "../core/ports/key-files.ts";
import type { MasterKeys } from "./master-keys.ts";
import type { FillRandom } from "./nonce-pool.ts";

/** What every verb of the keyring needs: the files, the keys above them, randomness and time. */
export interface KeySources {
  readonly files: KeyFiles;
  readonly master: MasterKeys;
  readonly fillRandom: FillRandom;
  readonly nowMs: () => number;
}
