import type { JsonObject } from "../core/json.ts";
import type { Task } from "../core/run/state.ts";
import type { LiveRun } from "./live-run.ts";

/** What a step's expressions see. */
export function scopeOf(run: LiveRun, task: Task): JsonObject {
  const { version, state } = run;
  const facts = {
    id: run.shownId,
    flow: version.slug,
    version: version.number,
    startedAt: new Date(state.acceptedAt).toISOString(),
  };
  return {
    trigger: state.trigger,
    steps: task.frame.steps,
    run: facts,
    vars: run.project.variables,
    ...task.frame.names,
  };
}
