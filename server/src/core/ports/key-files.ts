/**
 * Where wrapped keys are kept: outside the database and its backups, so that destroying a project's
 * keys destroys its data in every backup at once. `master` is the master key itself (a home only) and
 * `master-next` its successor while it is being rotated; `check` recognises a wrong one; `signing` and
 * `installation` are the installation's own keys; the others are named by lower-case UUIDs.
 */
export type KeyFileName =
  | "master"
  | "master-next"
  | "check"
  | "signing"
  | "installation"
  | `organizations/${string}`
  | `projects/${string}`;

export interface KeyFiles {
  /** The whole file, or null when there is none. */
  read(name: KeyFileName): Promise<Uint8Array | null>;
  /**
   * Keeps a new file, whole or not at all; true when it is this caller's and on disk. False when there was one
   * already, by whichever process: that one stays, is on disk too, and is to be read instead.
   */
  create(name: KeyFileName, bytes: Uint8Array): Promise<boolean>;
  /**
   * Puts these bytes, whole and on disk, where exactly the expected ones were; false, with nothing changed, when
   * something else or nothing is there. Files know no compare-and-swap: callers that may meet hold a lock in the database.
   */
  replace(name: KeyFileName, expected: Uint8Array, bytes: Uint8Array): Promise<boolean>;
  /** Takes the successor of the master key away, once it is the master key. May be repeated. */
  remove(name: "master-next"): Promise<void>;
  /** Destroys what processes that died while writing this file left beside it. The file itself has to be there. */
  sweep(name: KeyFileName): Promise<void>;
  /** The files of all organizations or projects, in the order of their names. */
  list<Folder extends "organizations" | "projects">(folder: Folder): Promise<readonly `${Folder}/${string}`[]>;
  /** Whether anything here was ever wrapped, and so would be lost with the master key. */
  hasWrappedKeys(): Promise<boolean>;
}
