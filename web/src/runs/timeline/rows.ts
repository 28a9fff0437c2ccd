/** The timeline of a run: step records nested by their loops, folded where there are many. Pure. */
import type { StepRecord, StepStatus } from "@steward/sdk";
import { isGoingOn } from "./going-on.ts";
import type { Records } from "./records.ts";
import type { Structure } from "./structure.ts";

interface Span {
  readonly key: string;
  readonly depth: number;
  readonly status: StepStatus;
  readonly startMs: number;
  /** Null while something in it goes on. */
  readonly endMs: number | null;
}

export interface StepRow extends Span {
  readonly kind: "step";
  readonly step: string;
  readonly path: readonly number[];
  /** By attempt, first to last; empty for a loop whose own record is not committed yet. */
  readonly attempts: readonly StepRecord[];
  readonly iterations: readonly IterationRow[];
}

interface IterationRow extends Span {
  readonly kind: "iteration";
  readonly loop: string;
  readonly index: number;
  readonly steps: readonly StepRow[];
}

export type Row = StepRow | IterationRow;

/** How a loop or an iteration was set by hand: shown, hidden, or only what did not go well. */
export type Fold = "open" | "closed" | "trouble";

/** More iterations than this are folded until asked for. */
const ITERATIONS_OPEN_MAX = 20;
/** With more iterations than this, each one with several steps is folded by itself. */
const ITERATIONS_SPREAD_MAX = 5;

interface Draft {
  step: string;
  path: readonly number[];
  attempts: StepRecord[];
  iterations: Map<number, Draft[]>;
}

/** The rows at the top, each with what it nests, in the order they began. */
export function nestedRows(records: Records, structure: Structure): StepRow[] {
  const drafts = new Map<string, Draft>();
  const roots: Draft[] = [];

  const draftOf = (step: string, path: readonly number[], loops: readonly string[]): Draft => {
    const key = `${step}@${path.join(".")}`;
    const known = drafts.get(key);
    if (known) return known;
    const draft: Draft = { step, path, attempts: [], iterations: new Map() };
    drafts.set(key, draft);
    const loop = loops[path.length - 1];
    const index = path.at(-1);
    if (loop === undefined || index === undefined) {
      roots.push(draft);
    } else {
      const { iterations } = draftOf(loop, path.slice(0, -1), loops.slice(0, path.length - 1));
      const siblings = iterations.get(index);
      if (siblings) siblings.push(draft);
      else iterations.set(index, [draft]);
    }
    return draft;
  };

  for (const record of records.values()) {
    draftOf(record.step, record.path, structure.get(record.step)?.loops ?? []).attempts.push(record);
  }
  return roots.map((root) => stepRow(root, 0, structure)).toSorted(byStart(structure));
}

/** The rows that show, top to bottom, with folded parts left out. */
export function visibleRows(rows: readonly StepRow[], folds: ReadonlyMap<string, Fold>): Row[] {
  const visible: Row[] = [];
  const visit = (row: StepRow): void => {
    visible.push(row);
    const fold = folds.get(row.key) ?? defaultFold(row);
    if (fold === "closed") return;
    const shown = fold === "trouble" ? row.iterations.filter(isTrouble) : row.iterations;
    for (const iteration of shown) {
      const only = iteration.steps[0];
      if (isFlat(row) && only) {
        visit(only);
        continue;
      }
      visible.push(iteration);
      const spread = row.iterations.length <= ITERATIONS_SPREAD_MAX ? "open" : "closed";
      if ((folds.get(iteration.key) ?? spread) === "open") iteration.steps.forEach(visit);
    }
  };
  rows.forEach(visit);
  return visible;
}

/** True when a row's nested rows are among the visible ones. */
export function isOpen(row: Row, folds: ReadonlyMap<string, Fold>, siblings: number): boolean {
  if (row.kind === "step") return (folds.get(row.key) ?? defaultFold(row)) !== "closed";
  return (folds.get(row.key) ?? (siblings <= ITERATIONS_SPREAD_MAX ? "open" : "closed")) === "open";
}

/** The keys to open so that the record shows. */
export function keysAround(record: Pick<StepRecord, "step" | "path">, structure: Structure): string[] {
  const loops = structure.get(record.step)?.loops ?? [];
  return record.path.flatMap((index, level) => {
    const loop = `${loops[level] ?? ""}@${record.path.slice(0, level).join(".")}`;
    return [loop, `${loop}#${index}`];
  });
}

/** How many iterations of a loop stand where. */
export function iterationCounts(row: StepRow): { total: number; done: number; failed: number; open: number } {
  const counts = { total: row.iterations.length, done: 0, failed: 0, open: 0 };
  for (const { status } of row.iterations) {
    if (status === "done" || status === "skipped") counts.done += 1;
    else if (status === "failed" || status === "cancelled") counts.failed += 1;
    else counts.open += 1;
  }
  return counts;
}

function stepRow(draft: Draft, depth: number, structure: Structure): StepRow {
  const attempts = draft.attempts.toSorted((one, other) => one.attempt - other.attempt);
  const key = `${draft.step}@${draft.path.join(".")}`;
  const flat = [...draft.iterations.values()].every((steps) => steps.length === 1);
  const single = (structure.get(draft.step)?.body ?? 0) <= 1 && flat;
  const iterations = [...draft.iterations]
    .toSorted(([one], [other]) => one - other)
    .map(([index, steps]): IterationRow => {
      const rows = steps.map((step) => stepRow(step, depth + (single ? 1 : 2), structure)).toSorted(byStart(structure));
      const span = around(rows);
      const status = together(rows.map((row) => row.status));
      return {
        kind: "iteration",
        key: `${key}#${index}`,
        depth: depth + 1,
        loop: draft.step,
        index,
        steps: rows,
        status,
        ...span,
      };
    });
  const own = attempts.map((record) => {
    const startMs = Date.parse(record.startedAt);
    return { startMs, endMs: isGoingOn(record.status) ? null : startMs + (record.durationMs ?? 0) };
  });
  const latest = attempts.at(-1);
  const span = around([...own, ...iterations]);
  // A loop's own record may come before its body ends or only after: the later of the two tells.
  const settled = latest !== undefined && !isGoingOn(latest.status);
  const status = latest?.status ?? openTogether(iterations);
  const endMs = settled
    ? Math.max(...own.map((one) => one.endMs ?? one.startMs))
    : iterations.length > 0
      ? null
      : span.endMs;
  return {
    kind: "step",
    key,
    depth,
    step: draft.step,
    path: draft.path,
    attempts,
    iterations,
    status,
    startMs: span.startMs,
    endMs,
  };
}

/** A loop whose body is one step shows that step for each iteration, without a row in between. */
function isFlat(row: StepRow): boolean {
  return row.iterations.every(({ steps, depth }) => steps.length === 1 && steps[0]?.depth === depth);
}

function isTrouble({ status }: Span): boolean {
  return status !== "done" && status !== "skipped";
}

function defaultFold(row: StepRow): Fold {
  return row.iterations.length > ITERATIONS_OPEN_MAX ? "closed" : "open";
}

function openTogether(iterations: readonly IterationRow[]): StepStatus {
  const status = together(iterations.map((one) => one.status));
  return status === "in_doubt" || status === "waiting" ? status : "running";
}

/** What a person should know first of several states. */
function together(statuses: readonly StepStatus[]): StepStatus {
  const order: StepStatus[] = ["in_doubt", "running", "waiting", "failed", "cancelled"];
  return (
    order.find((status) => statuses.includes(status)) ??
    (statuses.every((one) => one === "skipped") ? "skipped" : "done")
  );
}

function around(spans: readonly { startMs: number; endMs: number | null }[]): {
  startMs: number;
  endMs: number | null;
} {
  let startMs = Number.POSITIVE_INFINITY;
  let endMs: number | null = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    startMs = Math.min(startMs, span.startMs);
    endMs = endMs === null || span.endMs === null ? null : Math.max(endMs, span.endMs);
  }
  return spans.length === 0 ? { startMs: 0, endMs: 0 } : { startMs, endMs };
}

function byStart(structure: Structure) {
  return (one: StepRow, other: StepRow): number =>
    one.startMs - other.startMs ||
    (one.attempts[0]?.seq ?? 0) - (other.attempts[0]?.seq ?? 0) ||
    (structure.get(one.step)?.order ?? 0) - (structure.get(other.step)?.order ?? 0);
}
