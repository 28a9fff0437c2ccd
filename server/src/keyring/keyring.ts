/** What is sealed per project rather than per run. The words are part of the format: never rename one. */
export const CONTENT_PURPOSES = ["flow", "trigger", "answer", "variable", "blob"] as const;
export type ContentPurpose = (typeof CONTENT_PURPOSES)[number];
/** Credentials have data keys of their own; they are sealed here and opened by the gate, with `openCredential`. */
export type Purpose = ContentPurpose | "credential";
/** What is looked up or addressed by keyed digest. Part of the format too. */
export type DigestPurpose = "blob" | "delivery" | "idempotency" | "effect" | "search";

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
}

/** The keys of one project; prints and serializes without them. */
export interface ProjectKeys {
  readonly project: string;
  /** Seals one field of one row. `row` is the row's id, 16 bytes and what else tells it apart, 65,535 at most. */
  seal(purpose: Purpose, place: Place, row: Uint8Array, plain: Uint8Array): Buffer;
  /** What was sealed for the same purpose, place and row, under whichever epoch; throws `SealError`. */
  open(purpose: ContentPurpose, place: Place, row: Uint8Array, sealed: Uint8Array): Buffer;
  /** The keys of one run (a UUID): one HMAC, not held here; keep them as long as the run is at hand. */
  run(run: string): RunKeys;
  /** 32 bytes for lookup and addresses, the same under every data-key epoch; text counts as its UTF-8. */
  digest(purpose: DigestPurpose, ...parts: readonly (string | Uint8Array)[]): Buffer;
}

/** As in `ProjectKeys`, under the keys of one run. */
export interface RunKeys {
  seal(place: Place, row: Uint8Array, plain: Uint8Array): Buffer;
  open(place: Place, row: Uint8Array, sealed: Uint8Array): Buffer;
}
