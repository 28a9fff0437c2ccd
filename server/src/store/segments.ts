import type { Database, Statement } from "../core/ports/database.ts";
import { insertStatements, queryInScope, valuesList, type Scope } from "./scope.ts";

/** The records `first` to `last` of a run, compressed and sealed. */
export interface SegmentRow {
  readonly run: string;
  readonly first: number;
  readonly last: number;
  readonly body: Buffer;
}

export function insertSegments(project: string, segments: readonly SegmentRow[]): Statement[] {
  return insertStatements(
    "insert_segments",
    segments,
    (rows) => `insert into steward.segments (project, run, first, last, body) values ${valuesList(rows, 5)}`,
    (segment) => [project, segment.run, segment.first, segment.last, segment.body],
  );
}

/** Segments of one statement; a run of more records is read page by page. */
const SEGMENTS_PER_READ = 500;

/** A run's segments in order, from the one that holds record `from`. */
export async function* readSegments(
  database: Database,
  scope: Scope,
  run: string,
  from = 1,
): AsyncGenerator<SegmentRow> {
  let after = from;
  for (;;) {
    const rows = await queryInScope<SegmentRow>(database, scope, {
      name: "read_segments",
      text: `select run, first, last, body from steward.segments
        where project = $1 and run = $2 and last >= $3 order by first limit ${SEGMENTS_PER_READ}`,
      values: [scope.project, run, after],
    });
    yield* rows;
    if (rows.length < SEGMENTS_PER_READ) return;
    after = rows.at(-1)!.last + 1;
  }
}

/** The segments that hold a run's first and its last record: one and the same for a short run. */
export async function outerSegments(
  database: Database,
  scope: Scope,
  run: string,
): Promise<{ readonly first: SegmentRow; readonly last: SegmentRow } | null> {
  const rows = await queryInScope<SegmentRow>(database, scope, {
    name: "outer_segments",
    text: `(select run, first, last, body from steward.segments where project = $1 and run = $2 order by first limit 1)
      union all (select run, first, last, body from steward.segments where project = $1 and run = $2 order by first desc limit 1)`,
    values: [scope.project, run],
  });
  const [first, last] = rows;
  return first && last ? { first, last } : null;
}
