/** What is sealed per project rather than per run. The words are part of the format: never rename one. */
export const CONTENT_PURPOSES = [
  "flow",
  "trigger",
  "answer",
  "variable",
  "blob",
  "file",
  "sink",
  "mail",
  "database",
  "sign_on",
  "connection",
  "approval",
] as const;
export type ContentPurpose = (typeof CONTENT_PURPOSES)[number];
/** Credentials have data keys of their own; they are sealed here and opened by the gate, with `openCredential`. */
export type Purpose = ContentPurpose | "credential";
/** What is looked up or addressed by keyed digest. Part of the format too. */
export const DIGEST_PURPOSES = ["blob", "delivery", "idempotency", "effect", "search"] as const;
export type DigestPurpose = (typeof DIGEST_PURPOSES)[number];

/** The catalogue's permanent numbers of a table and its column, 0 to 65,535 each. */
export interface Place {
  readonly table: number;
  readonly column: number;
}

/**
 * Envelope encryption: master key → organization → project → purpose or run. The bytes are described in
 * docs/decisions/2026-11-21-keys.md. Everything that fails to open rejects or throws `SealError`.
 */
export interface Keyring {
  /** Makes the organization's key, durably; repeated, by any process, the first one stays. */
  createOrganization(organization: string): Promise<void>;
  /** Makes the project's keys beneath its organization's, durably; repeated, by any process, the first ones stay. */
  createProject(organization: string, project: string): Promise<void>;
  /** The project's keys, loaded once and then held while recently used; `shredded` when there are none. */
  project(organization: string, project: string): Promise<ProjectKeys>;
  /**
   * The next use of the project's keys, or of the organization's and all its projects', loads them anew. What was
   * handed out before goes on with the keys it has until then, and with the new ones after.
   */
  forget(organization: string, project?: string): void;
  /** Forgets, and loads anew now what somebody in this process still has in hand: what a word of a rotation asks for. */
  reload(organization: string, project?: string): Promise<void>;
  /** The same for all: words of rotations may have been missed. */
  reloadAll(): Promise<void>;
  /** Destroys the project's keys in every hand of this process, at once and for good. Its file is `shredProject`'s. */
  shredHeld(organization: string, project: string): void;
}

/** The keys of one project; prints and serializes without them. */
export interface ProjectKeys {
  readonly project: string;
  /** Seals one field of one row. `row` is the row's id, 16 bytes and what else tells it apart, 65,535 at most. */
  seal(purpose: Purpose, place: Place, row: Uint8Array, plain: Uint8Array): Buffer;
  /** What was sealed for the same purpose, place and row, under whichever epoch; throws `SealError`. */
  open(purpose: ContentPurpose, place: Place, row: Uint8Array, sealed: Uint8Array): Buffer;
  /** Whether it is sealed under another epoch than the one that seals now; throws `SealError` `format` or `shredded`. */
  needsReseal(purpose: Purpose, sealed: Uint8Array): boolean;
  /** The same content under the epoch that seals now, null when it is already; it isn't shown, so credentials go too. */
  reseal(purpose: Purpose, place: Place, row: Uint8Array, sealed: Uint8Array): Buffer | null;
  /** The keys of one run (a UUID): one HMAC, not held here; keep them as long as the run is at hand. */
  run(run: string): RunKeys;
  /** 32 bytes for lookup and addresses, the same under every data-key epoch; text counts as its UTF-8. */
  digest(purpose: DigestPurpose, ...parts: readonly (string | Uint8Array)[]): Buffer;
}

/** As in `ProjectKeys`, under the keys of one run. */
export interface RunKeys {
  seal(place: Place, row: Uint8Array, plain: Uint8Array): Buffer;
  open(place: Place, row: Uint8Array, sealed: Uint8Array): Buffer;
  needsReseal(sealed: Uint8Array): boolean;
  reseal(place: Place, row: Uint8Array, sealed: Uint8Array): Buffer | null;
}
