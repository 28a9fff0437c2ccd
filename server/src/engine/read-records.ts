import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import type { RunRecord } from "../core/run/record.ts";
import { readSegments } from "../store/segments.ts";
import type { Scope } from "../store/scope.ts";
import { loadBlobs } from "./blob-values.ts";
import type { EngineParts } from "./engine-parts.ts";
import { segmentRow } from "./flush-item.ts";
import { unpackSegment } from "./segment-text.ts";

const BODY = placeOf("segments", "body");

/** A run's committed records in order from record `from`, opened, with their large values in place. */
export async function* readRecords(
  parts: Pick<EngineParts, "database" | "projects" | "blobs">,
  scope: Scope,
  run: string,
  from: number,
): AsyncGenerator<{ readonly seq: number; readonly record: RunRecord }> {
  const project = await parts.projects.get(scope);
  const keys = project.keys.run(run);
  const id = uuidBytes(run);
  for await (const segment of readSegments(parts.database, scope, run, from)) {
    const records = unpackSegment(keys.open(BODY, segmentRow(id, segment.first), segment.body));
    for (const [at, record] of records.entries()) {
      const seq = segment.first + at;
      if (seq >= from) yield { seq, record: await loadBlobs(record, parts.blobs, project) };
    }
  }
}
