/**
 * What nobody can have back any more goes: files deleted long ago, versions replaced long ago, and blobs that neither a
 * file nor a run needs. In small steps, project by project, by any number of processes at once.
 */
import type { BlobStore } from "../core/ports/blob-store.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import { dropExpiredPromises } from "../store/file-uploads.ts";
import { dropOldVersions, dropVersions } from "../store/file-versions.ts";
import { changeVolume, findVolume, lockVolume } from "../store/file-volumes.ts";
import { dropFile, findFilesToPurge } from "../store/files.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { dropUnreferencedBlobs, listProjectScopes } from "../store/unreferenced-blobs.ts";
import type { FileLimits } from "./file-parts.ts";

export interface SweepParts {
  readonly database: Database;
  /** As steward_dispatch: which projects there are. */
  readonly dispatch: Database;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly limits: Pick<FileLimits, "deletedMs" | "versionMs" | "blobGraceMs">;
  readonly log: (message: string, error?: unknown) => void;
}

export interface Sweep {
  /** A bounded step; true when it came to the last project, and the next one begins anew. */
  step(): Promise<boolean>;
}

const STEPS_MAX = 20;
const FILES_MAX = 50;
const VERSIONS_MAX = 200;
/** Rows looked at in one transaction, of which those that go are removed from the store before it commits. */
const BLOBS_MAX = 200;
const REMOVALS_AT_ONCE = 8;
const START = "00000000-0000-0000-0000-000000000000";
const FIRST = Buffer.alloc(0);

export function createSweep(parts: SweepParts): Sweep {
  let before = START;
  let under: { readonly scope: Scope; after: Buffer } | null = null;

  const begin = async (): Promise<boolean> => {
    const [scope] = await listProjectScopes(parts.dispatch, before, 1);
    if (!scope) return false;
    before = scope.project; // a project that fails is passed by, until the next round
    await purgeFiles(parts, scope);
    under = { scope, after: FIRST };
    return true;
  };

  return {
    async step() {
      for (let count = 0; count < STEPS_MAX; count++) {
        try {
          if (under === null && !(await begin())) {
            before = START;
            return true;
          }
          if (under === null) continue;
          const after = await sweepBlobs(parts, under.scope, under.after);
          if (after === null) under = null;
          else under.after = after;
        } catch (error) {
          parts.log("a project's files were not swept", error);
          under = null;
          return false; // what failed may be the store itself: not all projects at once
        }
      }
      return false;
    },
  };
}

/** Purges up to so many files and versions whose time is over, and forgets uploads that were cut off. */
export async function purgeFiles(parts: Omit<SweepParts, "dispatch" | "blobs">, scope: Scope): Promise<void> {
  const { database, clock, limits } = parts;
  if ((await findVolume(database, scope)) === null) return;
  const nowMs = clock.nowMs();
  await dropExpiredPromises(database, scope, nowMs);
  await inScope(database, scope, async (tx) => {
    const { project } = scope;
    await lockVolume(tx, scope);
    const files = await findFilesToPurge(tx, project, nowMs - limits.deletedMs, FILES_MAX);
    let freed = 0;
    for (const file of files) {
      freed += await dropVersions(tx, project, file, { keep: 0, nowMs });
      await dropFile(tx, project, file);
    }
    const beforeMs = nowMs - limits.versionMs;
    freed += (await dropOldVersions(tx, project, { beforeMs, nowMs, limit: VERSIONS_MAX })).bytes;
    await changeVolume(tx, project, { bytes: -freed, files: -files.length });
  });
}

/**
 * Removes blobs of the next page that nothing has needed for the grace; gives how far it came, null at the end. A blob is
 * removed while its row is locked, so whoever stores the same content again waits, and then finds neither; when this is
 * cut off in between, the row stays and the next sweep removes what is left.
 */
export async function sweepBlobs(
  { database, blobs, clock, limits }: Omit<SweepParts, "dispatch" | "log">,
  scope: Scope,
  after: Buffer,
): Promise<Buffer | null> {
  return await inScope(database, scope, async (tx) => {
    const beforeMs = clock.nowMs() - limits.blobGraceMs;
    const page = await dropUnreferencedBlobs(tx, scope.project, { after, beforeMs, limit: BLOBS_MAX });
    for (let at = 0; at < page.addresses.length; at += REMOVALS_AT_ONCE) {
      const some = page.addresses.slice(at, at + REMOVALS_AT_ONCE);
      await Promise.all(some.map((address) => blobs.remove(scope.project, address)));
    }
    return page.after;
  });
}
