/** What one flush writes for one run, taken from the run's unsaved part when the flush begins. */
import { placeOf } from "../catalogue/tables.ts";
import type { PrivateRow } from "../store/private-values.ts";
import type { RunRow } from "../store/runs.ts";
import type { SegmentRow } from "../store/segments.ts";
import type { ChildRun, Disposition, LiveRun, Unsaved } from "./live-run.ts";
import { emptyUnsaved } from "./live-run.ts";
import { uuidBytes } from "../core/id.ts";
import type { Project } from "./projects.ts";
import { settleClosed } from "./settle-closed.ts";
import { packSegment } from "./segment-text.ts";

const BODY = placeOf("segments", "body");
const HIDDEN = placeOf("private_values", "body");

export interface FlushItem {
  readonly run: LiveRun;
  readonly row: RunRow;
  readonly segment: SegmentRow | null;
  /** What is private in the segment; null when nothing is, or the run ends and it is not kept. */
  readonly hidden: PrivateRow | null;
  readonly unsaved: Unsaved;
  readonly disposition: Disposition;
  readonly fresh: boolean;
  /** The run's last record once this is committed. */
  readonly last: number;
}

/** Takes what is unsaved of a run; from here on the run gathers anew. */
export function takeItem(run: LiveRun): FlushItem {
  const { unsaved, disposition } = run;
  settleClosed(run);
  const last = unsaved.first + unsaved.records.length - 1;
  run.unsaved = emptyUnsaved(last + 1);
  const segment =
    unsaved.records.length === 0
      ? null
      : {
          run: run.id,
          first: unsaved.first,
          last,
          body: run.keys.seal(BODY, segmentRow(run.idBytes, unsaved.first), packSegment(unsaved.records)),
        };
  const hidden = disposition.kind === "end" ? null : hiddenOf(run, unsaved);
  return { run, row: rowOf(run, last), segment, hidden, unsaved, disposition, fresh: run.acceptance !== null, last };
}

function hiddenOf(run: LiveRun, { hidden, first }: Unsaved): PrivateRow | null {
  if (Object.keys(hidden).length === 0) return null;
  const body = run.keys.seal(HIDDEN, segmentRow(run.idBytes, first), Buffer.from(JSON.stringify(hidden)));
  return { run: run.id, first, body };
}

/** A segment's row as sealed bytes are bound to it: the run and its first record. */
export function segmentRow(run: Uint8Array, first: number): Buffer {
  const row = Buffer.allocUnsafe(20);
  row.set(run, 0);
  row.writeUInt32BE(first, 16);
  return row;
}

function rowOf(run: LiveRun, records: number): RunRow {
  return {
    id: run.id,
    flow: run.version.flow,
    version: run.version.number,
    trigger: run.state.triggerId,
    status: run.status,
    records,
    steps: run.state.stepsEnded,
    effects: run.state.effects,
    bytes: run.bytes,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    errorCode: run.error?.code ?? null,
    failingStep: run.error?.step ?? null,
    parent: run.parent,
    retryOf: run.retryOf,
    tokens: run.state.tokens,
    costMicro: String(run.state.cost),
    costCurrency: run.state.currency,
    labels: run.version.compiled.file.labels ?? null,
    starter: run.state.starter,
  };
}

/** A run that this worker does not lead itself, as it is first written: accepted, queued, held by nobody. */
export function queuedRows(project: Project, queued: ChildRun): { readonly row: RunRow; readonly segment: SegmentRow } {
  const { id, version, trigger, record, parent, starter = null } = queued;
  const row: RunRow = {
    id,
    flow: version.flow,
    version: version.number,
    trigger,
    status: "queued",
    records: 1,
    steps: 0,
    effects: 0,
    bytes: record.length,
    startedAt: null,
    endedAt: null,
    errorCode: null,
    failingStep: null,
    parent,
    retryOf: null,
    tokens: 0,
    costMicro: "0",
    costCurrency: null,
    labels: version.compiled.file.labels ?? null,
    starter,
  };
  const body = project.keys.run(id).seal(BODY, segmentRow(uuidBytes(id), 1), packSegment([record]));
  return { row, segment: { run: id, first: 1, last: 1, body } };
}
