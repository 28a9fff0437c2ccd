/** What is under way for a run's steps in this process, and whether it still counts when it comes back. */
import { placeKey, type Frame, type Loop, type Task } from "../core/run/state.ts";
import type { Flight, LiveRun } from "./live-run.ts";

/** Begins something for a step; `seq` is the record of its intent, when there is one already. */
export function beginFlight(run: LiveRun, task: Task, seq: number | null): Flight {
  const key = placeKey(task.frame.path, task.step.id);
  const flight: Flight = { key, task, seq, controller: new AbortController() };
  run.inFlight.add(flight);
  if (seq === null) run.started.set(key, flight);
  return flight;
}

/** The step has a record now: what is under way is found by it. */
export function markBegun(run: LiveRun, flight: Flight, seq: number): void {
  flight.seq = seq;
  if (run.started.get(flight.key) === flight) run.started.delete(flight.key);
}

/** It came back; gives whether its step still waits for it, rather than having been dropped with a loop. */
export function endFlight(run: LiveRun, flight: Flight): boolean {
  const counts = stillCounts(run, flight);
  run.inFlight.delete(flight);
  if (run.started.get(flight.key) === flight) run.started.delete(flight.key);
  return counts && !run.gone;
}

export function stillCounts(run: LiveRun, flight: Flight): boolean {
  if (flight.seq !== null) return run.state.active.has(flight.seq);
  const task = run.state.ready.get(flight.key) ?? run.state.retries.get(flight.key);
  return task?.frame === flight.task.frame && task.attempt === flight.task.attempt;
}

/** Aborts and forgets what is in flight for steps that were dropped with their loop. */
export function stopOrphans(run: LiveRun): void {
  for (const flight of run.inFlight) {
    if (stillCounts(run, flight)) continue;
    flight.controller.abort();
    if (run.started.get(flight.key) === flight) run.started.delete(flight.key);
  }
}

/** Whether a frame lies inside a loop, however deep. */
export function isInside(frame: Frame, loop: Loop): boolean {
  for (let one: Frame | null = frame; one; one = one.loop?.outer ?? null) if (one.loop === loop) return true;
  return false;
}
