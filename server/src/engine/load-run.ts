/** Takes up a run that this worker has claimed: its records are read and applied, and it is led on from there. */
import { invariant } from "../core/invariant.ts";
import { restorePrivate, type Hidden } from "../core/run/private-fields.ts";
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import { parseOwn } from "../core/json.ts";
import { readPrivateValues } from "../store/private-values.ts";
import { segmentRow } from "./flush-item.ts";
import type { Project } from "./projects.ts";
import { applyRecord } from "../core/run/apply-record.ts";
import { findRunToLead } from "../store/runs.ts";
import type { ClaimedRun } from "../store/queue.ts";
import type { EngineParts } from "./engine-parts.ts";
import { emptyUnsaved, type LiveRun } from "./live-run.ts";
import { newLiveRun } from "./new-live-run.ts";
import { readRecords } from "./read-records.ts";

const HIDDEN = placeOf("private_values", "body");

/** Throws when the run can't be read; the caller lets go of it, and it counts as a crash. */
export async function loadRun(parts: EngineParts, claimed: ClaimedRun): Promise<LiveRun> {
  const project = await parts.projects.get(claimed);
  const row = await findRunToLead(parts.database, claimed, claimed.run);
  invariant(row, `run ${claimed.run} is in the queue and has no row`);
  const version = await parts.versions.get(claimed, row.flow, row.version);
  const hidden = version.compiled.hasPrivate
    ? await readHidden(parts, project, claimed.run)
    : new Map<number, Hidden>();
  let run: LiveRun | null = null;
  for await (const { seq, record: stored } of readRecords(parts, claimed, claimed.run, 1)) {
    const apart = hidden.get(seq);
    const record = apart ? restorePrivate(stored, apart) : stored;
    if (!run) {
      invariant(record.t === "accepted", `run ${claimed.run} begins with ${record.t}`);
      run = newLiveRun(project, version, claimed.run, record);
    }
    invariant(seq === run.state.seq + 1, `run ${claimed.run} lacks record ${run.state.seq + 1}`);
    applyRecord(run.state, record);
    if ((record.t === "step" || record.t === "end") && record.reply) run.replySeq ??= seq;
  }
  invariant(run, `run ${claimed.run} has no records`);
  run.fence = claimed.fence;
  run.queued = true;
  run.crashes = claimed.crashes;
  run.ledSinceMs = parts.clock.monotonicMs();
  run.committed = run.state.seq;
  run.unsaved = emptyUnsaved(run.state.seq + 1);
  run.closed = run.state.closed.length;
  run.calls = run.state.subRuns;
  run.bytes = row.bytes;
  run.paused = row.paused && row.startedAt === null;
  run.startedAt = row.startedAt ?? parts.clock.nowMs();
  return run;
}

/** What is private in a run's records, by record number. */
async function readHidden(parts: EngineParts, project: Project, run: string): Promise<ReadonlyMap<number, Hidden>> {
  const keys = project.keys.run(run);
  const hidden = new Map<number, Hidden>();
  for (const row of await readPrivateValues(parts.database, project, run)) {
    const text = keys.open(HIDDEN, segmentRow(uuidBytes(run), row.first), row.body).toString();
    for (const [seq, values] of Object.entries(parseOwn<Record<string, Hidden>>(text))) hidden.set(Number(seq), values);
  }
  return hidden;
}
