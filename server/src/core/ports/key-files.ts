/**
 * Where wrapped keys are kept: outside the database and its backups, so that destroying a project's
 * keys destroys its data in every backup at once. `master` is the master key itself (a home only),
 * `check` recognises a wrong one; the others are named by lower-case UUIDs.
 */
export type KeyFileName = "master" | "check" | `organizations/${string}` | `projects/${string}`;

export interface KeyFiles {
  /** The whole file, or null when there is none. */
  read(name: KeyFileName): Promise<Uint8Array | null>;
  /**
   * Keeps a new file, whole or not at all; true when it is this caller's and on disk. False when there was one
   * already, by whichever process: that one stays, is on disk too, and is to be read instead.
   */
  create(name: KeyFileName, bytes: Uint8Array): Promise<boolean>;
  /** Whether anything here was ever wrapped, and so would be lost with the master key. */
  hasWrappedKeys(): Promise<boolean>;
}
