/**
 * What becomes of runs whose project is pinned to another region while they are led: nothing new is begun for them
 * here, they are given back as soon as nothing is in flight, and whoever may claims them (PROMISES B7). A worker that
 * does not give them back in time loses them to whoever looks, by the fence, as if it were gone: then what was in flight
 * is unknown (R5).
 */
import { freeRun } from "../store/queue.ts";
import { listMisplaced } from "../store/regions.ts";
import type { EngineParts } from "./engine-parts.ts";
import { ignoreLost } from "./ignore-lost.ts";
import { forgetLive, type LiveRun } from "./live-run.ts";
import { letGo } from "./worker.ts";

/** How long a worker may take to finish what is in flight. */
export const LEAVE_MS_MAX = 10_000;

export interface RegionWatch {
  /** Looks for runs that are led where they may not be, of all workers. */
  look(): Promise<void>;
}

export function createRegionWatch(parts: EngineParts): RegionWatch {
  /** Since when each was seen under its fence, on this process's own clock. */
  let seen = new Map<string, { readonly fence: number; readonly sinceMs: number }>();
  return {
    async look() {
      const misplaced = await listMisplaced(parts.dispatch);
      const now = parts.clock.monotonicMs();
      const before = seen;
      seen = new Map();
      for (const { run, fence, worker } of misplaced) {
        const known = before.get(run);
        const sinceMs = known?.fence === fence ? known.sinceMs : now;
        const live = worker === parts.worker ? parts.live.get(run) : undefined;
        if (now - sinceMs < LEAVE_MS_MAX) {
          seen.set(run, { fence, sinceMs });
          if (live) leave(parts, live);
          continue;
        }
        parts.log(
          `run ${run} was led for ${LEAVE_MS_MAX / 1000} s where its project may not be: it is taken from there`,
        );
        if (live) {
          forgetLive(parts.live, live);
          letGo(live);
        }
        await freeRun(parts.dispatch, { run, fence }, false, parts.clock.nowMs());
      }
    },
  };
}

function leave(parts: EngineParts, run: LiveRun): void {
  parts.projects.forget(run.project.project); // the word that it was pinned may have been lost
  run.leaving = true;
  parts.advance(run);
}

/** Gives a run back that is leaving, unless something of it is in flight: what ends calls again. */
export function giveOver(parts: EngineParts, run: LiveRun): void {
  run.cancelTimer?.();
  run.cancelTimer = null;
  if (run.inFlight.size > 0 || run.started.size > 0 || run.closing) return;
  run.status = "queued";
  run.disposition = { kind: "release", dueMs: 0 };
  void parts.journal.commit(run).catch(ignoreLost);
}
