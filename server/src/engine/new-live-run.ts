import { showId, uuidBytes } from "../core/id.ts";
import { newRunState, type RunState } from "../core/run/state.ts";
import type { AcceptedRecord } from "../core/run/record.ts";
import { emptyUnsaved, type LiveRun } from "./live-run.ts";
import type { Project } from "./projects.ts";
import type { Version } from "./versions.ts";

/** A run as this worker is about to lead it; its state is empty until records are applied. */
export function newLiveRun(
  project: Project,
  version: Version,
  id: string,
  accepted: Pick<AcceptedRecord, "parent" | "retryOf" | "root">,
): LiveRun {
  const state: RunState = newRunState(version.compiled);
  return {
    project,
    version,
    id,
    idBytes: uuidBytes(id),
    shownId: showId("run", id),
    keys: project.keys.run(id),
    state,
    parent: accepted.parent?.run ?? null,
    root: accepted.root ?? accepted.parent?.run ?? id,
    parentWaits: accepted.parent?.waits ?? false,
    retryOf: accepted.retryOf ?? null,
    acceptance: null,
    fence: 1,
    queued: false,
    crashes: 0,
    ledSinceMs: 0,
    unsaved: emptyUnsaved(1),
    committed: 0,
    waiters: [],
    bytes: 0,
    status: "running",
    startedAt: null,
    endedAt: null,
    error: null,
    disposition: { kind: "hold" },
    taken: new Set(),
    started: new Map(),
    inFlight: new Set(),
    closed: 0,
    actuals: new Map(),
    calls: 0,
    replySeq: null,
    paused: false,
    leaving: false,
    closing: false,
    overflow: false,
    blobWrites: 0,
    flushing: false,
    advancing: false,
    gone: false,
    cancelTimer: null,
  };
}
