/** A run and its steps as people see them, from its committed records. */
import { unreachable } from "../core/invariant.ts";
import { AppError } from "../core/errors.ts";
import { STEP_ERRORS } from "../core/step-errors.ts";
import type { BeginRecord, EndRecord, RunRecord, StepRecord } from "../core/run/record.ts";
import { findRun } from "../store/runs.ts";
import { outerSegments, type SegmentRow } from "../store/segments.ts";
import type { Scope } from "../store/scope.ts";
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import { loadBlobs } from "./blob-values.ts";
import type { RunView, StepView } from "./engine.ts";
import type { EngineParts } from "./engine-parts.ts";
import { segmentRow } from "./flush-item.ts";
import { RUN_UNREADABLE } from "./park-run.ts";
import { readRecords } from "./read-records.ts";
import { shown } from "./read-settled.ts";
import { unpackSegment } from "./segment-text.ts";

type Reading = Pick<EngineParts, "database" | "projects" | "blobs" | "versions">;
const BODY = placeOf("segments", "body");

export async function readRun(parts: Reading, scope: Scope, id: string): Promise<RunView | null> {
  const row = await findRun(parts.database, scope, id);
  if (!row) return null;
  const version = await parts.versions.get(scope, row.flow, row.version);
  const slug = version.slug;
  const facts =
    row.errorCode === null
      ? null
      : {
          code: row.errorCode,
          message: reasonOf(row.errorCode),
          ...(row.failingStep === null ? {} : { step: row.failingStep }),
        };
  if (row.errorCode === RUN_UNREADABLE) return { row, slug, input: undefined, output: undefined, error: facts };
  const segments = await outerSegments(parts.database, scope, id);
  if (!segments) throw new AppError("internal", `run ${id} has no records`);
  const project = await parts.projects.get(scope);
  const keys = project.keys.run(id);
  const recordAt = (segment: SegmentRow, at: number): Promise<RunRecord> => {
    const records = unpackSegment(keys.open(BODY, segmentRow(uuidBytes(id), segment.first), segment.body));
    return loadBlobs(records.at(at)!, parts.blobs, project);
  };
  const accepted = await recordAt(segments.first, 0);
  const input = accepted.t === "accepted" ? accepted.input : undefined;
  if (row.endedAt === null) return { row, slug, input, output: undefined, error: facts };
  const ended = await recordAt(segments.last, -1);
  if (ended.t !== "ended") return { row, slug, input, output: undefined, error: facts };
  return { row, slug, input, output: ended.output, error: ended.error ? shown(ended.error) : null };
}

/** What a code means, for a run that stands with it and has no record of its end. */
function reasonOf(code: string): string {
  const known = Object.entries(STEP_ERRORS).find(([name]) => name === code)?.[1];
  return known ? `${known.title}. ${known.hint}` : code;
}

/** Builds step views record by record; each view is what its step looks like at that record. */
export function createStepViews(): { apply(seq: number, record: RunRecord): StepView | null } {
  const begun = new Map<number, StepView>();
  return {
    apply(seq, record) {
      switch (record.t) {
        case "step":
          return endedView(seq, record, record.same ? record.input : record.output, record.ms);
        case "begin": {
          const view = begunView(seq, record);
          begun.set(seq, view);
          return view;
        }
        case "end":
        case "unknown":
        case "again":
        case "held":
        case "decided":
        case "next": {
          const before = begun.get(record.of);
          if (!before) return null;
          const view = nextView(before, record);
          if (record.t === "end") begun.delete(record.of);
          else begun.set(record.of, view);
          return view;
        }
        case "accepted":
        case "iterate":
        case "event":
        case "cancel":
        case "released":
        case "ended":
          return null;
        default:
          return unreachable(record);
      }
    },
  };
}

function endedView(seq: number, record: StepRecord, output: StepView["output"], ms: number): StepView {
  const { step, path, attempt, status, input, at } = record;
  const error = record.error ? shown({ ...record.error, step, path }) : null;
  return {
    seq,
    step,
    path,
    attempt,
    status,
    input,
    output,
    error,
    startedAt: at,
    durationMs: ms,
    copied: record.copied ?? false,
    approval: null,
  };
}

const WAITING: ReadonlySet<BeginRecord["pending"]["kind"]> = new Set(["wait", "call", "approval"]);

function begunView(seq: number, record: BeginRecord): StepView {
  const { step, path, attempt, input, at, pending } = record;
  const status = WAITING.has(pending.kind) ? "waiting" : "running";
  return {
    seq,
    step,
    path,
    attempt,
    status,
    input,
    output: undefined,
    error: null,
    startedAt: at,
    durationMs: null,
    copied: false,
    approval: pending.kind === "approval" ? pending.approval : null,
  };
}

type StateRecord = Extract<RunRecord, { t: "unknown" | "again" | "held" | "decided" | "next" }>;

function nextView(before: StepView, record: EndRecord | StateRecord): StepView {
  const where = { step: before.step, path: before.path };
  if (record.t === "held") return { ...before, status: "waiting", error: null, approval: record.approval };
  if (record.t === "again" || record.t === "decided" || record.t === "next")
    return { ...before, status: "running", error: null };
  if (record.t === "unknown")
    return { ...before, status: "in_doubt", error: shown({ code: record.code, message: record.message, ...where }) };
  const error = record.error ? shown({ ...record.error, ...where }) : null;
  return {
    ...before,
    status: record.status,
    output: record.output,
    error,
    durationMs: Math.max(0, record.at - before.startedAt),
  };
}

/** The views whose first record is after `after`, in order. */
export async function listSteps(
  parts: Reading,
  scope: Scope,
  id: string,
  after: number,
  limit: number,
  step: string | null,
): Promise<{ readonly items: readonly StepView[]; readonly next: number | null } | null> {
  const row = await findRun(parts.database, scope, id);
  if (!row) return null;
  const views = createStepViews();
  const list = new Map<number, StepView>();
  for await (const { seq, record } of readRecords(parts, scope, id, 1)) {
    const view = views.apply(seq, record);
    if (!view || view.seq <= after || (step !== null && view.step !== step)) continue;
    if (list.has(view.seq) || list.size <= limit) list.set(view.seq, view);
  }
  const items = [...list.values()];
  return { items: items.slice(0, limit), next: items.length > limit ? items[limit - 1]!.seq : null };
}
