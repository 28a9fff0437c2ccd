import type { RunRecord } from "../core/run/record.ts";
import { hidePrivate, privatePaths } from "../core/run/private-fields.ts";
import { applyRecord } from "../core/run/apply-record.ts";
import { splitBlobs } from "./blob-values.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { LiveRun } from "./live-run.ts";

/** Room kept for the records that end a run which has reached its size. */
const CLOSING_RECORDS = 100;

/**
 * Adds a record to the run's history: its state changes now, the record is committed with the next
 * barrier. A record that would take the run over its size is left out, and the run ends.
 */
export function record(parts: EngineParts, run: LiveRun, one: RunRecord): void {
  const apart = run.version.compiled.hasPrivate ? hidePrivate(one, privatePaths(run.state, one)) : null;
  const shown = apart?.shown ?? one;
  let text = JSON.stringify(shown);
  const closing = one.t === "ended" || one.t === "cancel";
  const { limits } = parts;
  if (
    !closing &&
    (run.bytes + text.length > limits.runBytesMax || run.state.seq >= limits.recordsMax - CLOSING_RECORDS)
  ) {
    run.overflow = true;
    return;
  }
  run.bytes += text.length;
  if (text.length > limits.inlineBytesMax) text = storeBlobs(parts, run, shown);
  run.unsaved.records.push(text);
  if (apart && one.t !== "ended") run.unsaved.hidden[run.state.seq + 1] = apart.hidden;
  if (one.t === "step" || one.t === "end") {
    run.unsaved.progress = true;
    if (one.reply) run.replySeq ??= run.state.seq + 1;
  }
  applyRecord(run.state, one);
}

function storeBlobs(parts: EngineParts, run: LiveRun, one: RunRecord): string {
  const { text, blobs } = splitBlobs(one, parts.limits.inlineBytesMax, (value) =>
    parts.blobs.address(run.project, value),
  );
  for (const blob of blobs) {
    run.blobWrites++;
    run.unsaved.blobs.push(blob.address);
    parts.blobs
      .put(run.project, blob.address, blob.text)
      .catch((error: unknown) => parts.abandon(run, error))
      .finally(() => {
        run.blobWrites--;
        if (run.blobWrites === 0 && !run.gone) parts.journal.touch(run);
      });
  }
  return text;
}
