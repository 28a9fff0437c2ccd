/** Ends a run: stops what is in flight, then records the end, tells the parent, and starts the error flow. */
import type { Decision } from "../core/run/decide.ts";
import { ignoreLost } from "./ignore-lost.ts";
import { cancelChild, childOf, tell } from "./call-flow.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { LiveRun } from "./live-run.ts";
import { record } from "./record.ts";

export function endRun(parts: EngineParts, run: LiveRun, end: Extract<Decision, { kind: "end" }>): void {
  run.cancelTimer?.();
  run.cancelTimer = null;
  if (run.inFlight.size > 0) {
    for (const flight of run.inFlight) flight.controller.abort();
    return; // each tells when it has stopped, and the run is led on to here
  }
  const { errorFlow } = run.version.compiled.file;
  if (end.status === "failed" && errorFlow !== undefined && run.state.depth < parts.limits.depthMax) {
    startErrorFlow(parts, run, end, errorFlow).catch((error: unknown) => parts.abandon(run, error));
    return;
  }
  finish(parts, run, end);
}

function finish(parts: EngineParts, run: LiveRun, end: Extract<Decision, { kind: "end" }>): void {
  const { status, output, error } = end;
  const at = parts.clock.nowMs();
  stopBegun(parts, run, at);
  run.overflow = false;
  record(parts, run, {
    t: "ended",
    at,
    status,
    ...(output === undefined ? {} : { output }),
    ...(error ? { error } : {}),
  });
  run.status = status;
  run.endedAt = at;
  run.error = error;
  if (run.parent !== null && run.parentWaits) {
    const failure = error ? { error: { code: error.code, message: error.message } } : {};
    tell(parts, run, run.parent, {
      kind: "child",
      run: run.id,
      status,
      ...(output === undefined ? {} : { output }),
      ...failure,
      tainted: run.state.tainted,
    });
  }
  run.disposition = { kind: "end" };
  void parts.journal.commit(run).catch(ignoreLost);
}

/** Steps that still wait end with the run, inner ones first; effects nobody knows of stay as what they are. */
function stopBegun(parts: EngineParts, run: LiveRun, at: number): void {
  for (const active of [...run.state.active.values()].toReversed()) {
    const { pending, sent } = active;
    if ((pending.kind === "effect" && sent > 0) || !run.state.active.has(active.seq)) continue;
    if (pending.kind === "call") cancelChild(parts, run, pending.child);
    record(parts, run, { t: "end", of: active.seq, at, status: "cancelled" });
  }
}

/** The error flow gets what failed as its `trigger.body`; a missing one does not keep the run from ending. */
async function startErrorFlow(
  parts: EngineParts,
  run: LiveRun,
  end: Extract<Decision, { kind: "end" }>,
  slug: string,
): Promise<void> {
  if (run.closing) return;
  run.closing = true;
  const version = await parts.versions.published(run.project, slug);
  if (run.gone) return;
  const trigger = version && [...version.compiled.triggers.values()].find((one) => one.kind === "error");
  if (version && trigger) {
    const { code, message, step, path } = end.error ?? { code: "failed", message: "the run failed" };
    const body = {
      run: run.shownId,
      flow: run.version.slug,
      version: run.version.number,
      error: { code, message, step: step ?? null, path: path ?? [] },
    };
    run.unsaved.children.push(childOf(parts, run, version, trigger.id, { body }, false));
  } else parts.log(`run ${run.shownId} failed and its error flow "${slug}" is not published with an error trigger`);
  finish(parts, run, end);
}
