import { AppError } from "../core/errors.ts";
import type { Transaction } from "../core/ports/database.ts";
import { sumOthersPromised } from "../store/file-uploads.ts";
import type { VolumeRow } from "../store/file-volumes.ts";
import type { FileParts } from "./file-parts.ts";

/** What a change adds. */
export interface Addition {
  readonly bytes: number;
  readonly files: number;
  /** The upload it belongs to, whose own promise doesn't count against it; else any new id. */
  readonly upload: string;
}

/** Throws `quota_exceeded` when it doesn't fit beside what is there and what is promised. Under the volume's lock. */
export async function checkQuota(
  { limits, clock }: Pick<FileParts, "limits" | "clock">,
  tx: Transaction,
  project: string,
  volume: VolumeRow,
  add: Addition,
): Promise<void> {
  if (volume.files + add.files > limits.filesMax) {
    const message = `The project has ${volume.files} files, deleted ones included, of ${limits.filesMax}.`;
    throw new AppError("quota_exceeded", message, { files: volume.files, filesMax: limits.filesMax });
  }
  const taken = volume.bytes + (await sumOthersPromised(tx, project, add.upload, clock.nowMs()));
  if (taken + add.bytes <= limits.volumeBytesMax) return;
  const message = `${add.bytes} bytes more don't fit: the project's files take ${taken} of ${limits.volumeBytesMax}, with earlier versions and deleted ones.`;
  throw new AppError("quota_exceeded", message, { bytes: taken, bytesMax: limits.volumeBytesMax });
}
