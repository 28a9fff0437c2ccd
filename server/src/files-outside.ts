/** What the files of projects need of the outside. */
import type { Built } from "./build.ts";
import { FILE_LIMITS, type FileParts } from "./files/file-parts.ts";
import { createUploadSlots } from "./files/upload-slots.ts";
import type { Ground } from "./ground.ts";

const DAY_MS = 86_400_000;

export function filesOutside({ config, db, clock, ids, log, keysOf }: Ground, built: Built): FileParts {
  const limits = {
    ...FILE_LIMITS,
    volumeBytesMax: config.files.volumeBytesMax,
    versionsMax: config.files.versionsMax,
    versionMs: config.files.versionDays * DAY_MS,
  };
  const { database } = db;
  return { database, blobs: built.blobs, keysOf, clock, ids, uploads: createUploadSlots(limits), limits, log };
}
