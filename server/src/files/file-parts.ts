/** What the verbs on files work with; built once in `app.ts`. */
import type { AuditEntry } from "../core/audit-entry.ts";
import type { BlobStore } from "../core/ports/blob-store.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { Scope } from "../store/scope.ts";
import type { UploadSlots } from "./upload-slots.ts";

export interface FileParts {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly keysOf: (scope: Scope) => Promise<ProjectKeys>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly uploads: UploadSlots;
  readonly limits: FileLimits;
  readonly log: (message: string, error?: unknown) => void;
}

export interface FileLimits {
  readonly fileBytesMax: number;
  /** Of all files of a project, with their earlier versions and the deleted ones. */
  readonly volumeBytesMax: number;
  readonly filesMax: number;
  /** Kept of each file, the present one included. */
  readonly versionsMax: number;
  /** Earlier versions are kept for as long after they were replaced. */
  readonly versionMs: number;
  readonly deletedMs: number;
  /** Plain bytes of a blob. New files only: each content says its own. */
  readonly chunkBytes: number;
  /** Between the last use of a blob and its end: far longer than an upload may take. */
  readonly blobGraceMs: number;
  readonly uploadMsMax: number;
  readonly uploadsMax: number;
  readonly uploadsPerProjectMax: number;
  /** An upload that brings fewer bytes than this within `paceMs` is given up. */
  readonly paceBytes: number;
  readonly paceMs: number;
}

const DAY_MS = 86_400_000;

export const FILE_LIMITS: FileLimits = {
  fileBytesMax: 5_368_709_120,
  volumeBytesMax: 10_737_418_240,
  filesMax: 100_000,
  versionsMax: 20,
  versionMs: 30 * DAY_MS,
  deletedMs: 30 * DAY_MS,
  chunkBytes: 1_048_576,
  blobGraceMs: DAY_MS,
  uploadMsMax: 21_600_000,
  uploadsMax: 32,
  uploadsPerProjectMax: 8,
  paceBytes: 65_536,
  paceMs: 30_000,
};

/** In whose name, and in which project. */
export interface Actor {
  readonly scope: Scope;
  /** `mem_…` or `key_…`. */
  readonly shownId: string;
}

/** The audit's entry of a change. Paths are left out: people type them. */
export function actOf(
  parts: Pick<FileParts, "clock">,
  { scope, shownId }: Actor,
  action: `file.${string}` | `folder.${string}`,
  target: string,
  facts: AuditEntry["facts"],
): AuditEntry {
  return { atMs: parts.clock.nowMs(), project: scope.project, actor: shownId, action, target, facts };
}
