/**
 * Runs again as a new run of the same version (R3): the records of steps that don't depend on the
 * one to begin from are copied, everything else runs anew.
 */
import { actOn } from "../core/audit-entry.ts";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import type { CompiledFlow, Graph } from "../core/flow/graph.ts";
import { applyRecord } from "../core/run/apply-record.ts";
import type { AcceptedRecord, RunRecord } from "../core/run/record.ts";
import { newRunState } from "../core/run/state.ts";
import { findRun } from "../store/runs.ts";
import type { Scope } from "../store/scope.ts";
import type { Starter } from "./engine.ts";
import type { EngineParts } from "./engine-parts.ts";
import { newLiveRun } from "./new-live-run.ts";
import { readRecords } from "./read-records.ts";
import { record } from "./record.ts";

/** `by` is whom the audit names; the entry is committed with the new run. */
export async function retryRun(
  parts: EngineParts,
  scope: Scope,
  id: string,
  from: string | null,
  by: string,
  starter: Starter | null,
): Promise<string> {
  const row = await findRun(parts.database, scope, id);
  if (!row) throw new AppError("not_found", `there is no run ${showId("run", id)}`);
  if (row.endedAt === null)
    throw new AppError("run_not_finished", `run ${showId("run", id)} has not finished`, { run: showId("run", id) });
  const version = await parts.versions.get(scope, row.flow, row.version);
  const { graph } = version.compiled;
  if (from !== null && !graph.steps.some((step) => step.id === from)) {
    const inner = version.compiled.steps.has(from)
      ? `step ${from} is inside a loop: retry from the loop itself`
      : `flow ${version.slug} has no step ${from}`;
    throw new AppError("value_invalid", inner, { field: "from" });
  }
  const records: RunRecord[] = [];
  for await (const { record: one } of readRecords(parts, scope, id, 1)) records.push(one);
  const [accepted] = records;
  invariant(accepted?.t === "accepted", `run ${id} begins with its acceptance`);
  const project = await parts.projects.get(scope);
  const again: AcceptedRecord = {
    t: "accepted",
    at: parts.clock.nowMs(),
    trigger: accepted.trigger,
    input: accepted.input,
    retryOf: id,
    ...(starter ? { starter: starter.account } : {}),
    tainted: taintedBy(version.compiled, records),
  };
  const run = newLiveRun(project, version, parts.ids.uuid(), again);
  run.acceptance = { delivery: null, atMonotonicMs: parts.clock.monotonicMs() };
  run.startedAt = again.at;
  record(parts, run, again);
  const whole = from === null && row.status === "completed"; // nothing failed: all of it runs again
  for (const one of whole ? [] : keptRecords(records, graph, from)) record(parts, run, one);
  const facts = { run: run.shownId, from };
  run.unsaved.audit.push(actOn(scope.project, by, "run.retried", showId("run", id), facts, again.at));
  run.status = "queued";
  run.disposition = { kind: "release", dueMs: 0 };
  await parts.journal.commit(run);
  return run.id;
}

/** Whether the earlier run had read what others can write: what is kept of it says no more where it came from. */
function taintedBy(flow: CompiledFlow, records: readonly RunRecord[]): boolean {
  const state = newRunState(flow);
  for (const one of records) applyRecord(state, one);
  return state.tainted;
}

/**
 * The records that stay: of top-level steps that ended well, before and beside `from`. A loop or a
 * waiting step is kept as the one record of its end.
 */
export function keptRecords(records: readonly RunRecord[], graph: Graph, from: string | null): readonly RunRecord[] {
  const gone = from === null ? new Set<string>() : after(graph, from);
  const begun = new Map<number, Extract<RunRecord, { t: "begin" }>>();
  const kept: RunRecord[] = [];
  const failedSteps = new Set<string>();
  for (const [at, one] of records.entries()) {
    if (one.t === "begin") begun.set(at + 1, one);
    const ended = one.t === "step" ? one : one.t === "end" ? asStep(one, begun.get(one.of)) : null;
    if (!ended || ended.path.length > 0 || gone.has(ended.step)) continue;
    const erased = graph.steps.find((step) => step.id === ended.step)?.definition.private;
    if (ended.status !== "done" || erased) {
      if (ended.retryAt === undefined) failedSteps.add(ended.step);
      continue;
    }
    kept.push({ ...ended, copied: true });
  }
  // What came after a step that failed (and went on by its error port), or whose values were private and are gone, is run anew with it.
  const anew = new Set([...failedSteps].flatMap((step) => [...after(graph, step)]));
  return kept.filter((one) => one.t === "step" && !anew.has(one.step));
}

function asStep(
  end: Extract<RunRecord, { t: "end" }>,
  begin: Extract<RunRecord, { t: "begin" }> | undefined,
): Extract<RunRecord, { t: "step" }> | null {
  if (!begin) return null;
  const { of: _of, t: _t, event: _event, at, ...ending } = end;
  const { step, path, attempt } = begin;
  return {
    t: "step",
    step,
    path,
    attempt,
    at: begin.at,
    ms: Math.max(0, at - begin.at),
    ...(begin.input === undefined ? {} : { input: begin.input }),
    ...ending,
  };
}

/** A step and all that come after it. */
function after(graph: Graph, id: string): ReadonlySet<string> {
  const first = graph.steps.find((step) => step.id === id);
  const seen = new Set<string>();
  const open = first ? [first] : [];
  while (open.length > 0) {
    const step = open.pop()!;
    if (seen.has(step.id)) continue;
    seen.add(step.id);
    for (const targets of step.ports.values()) for (const target of targets) open.push(graph.steps[target]!);
  }
  return seen;
}
