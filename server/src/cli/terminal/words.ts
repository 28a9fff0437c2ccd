/** Times, durations and states as a person reads them. */
import type { RunStatus, StepStatus } from "@steward/sdk";
import type { Paint, Terminal } from "./terminal.ts";

type State = RunStatus | StepStatus;

const LOOKS: Readonly<Record<State, readonly [mark: string, paint: Paint]>> = {
  queued: ["○", "dim"],
  running: ["●", "blue"],
  waiting: ["○", "yellow"],
  in_doubt: ["?", "yellow"],
  parked: ["!", "red"],
  completed: ["✓", "green"],
  done: ["✓", "green"],
  failed: ["✗", "red"],
  cancelled: ["–", "dim"],
  skipped: ["·", "dim"],
};

/** A state with its shape and colour. */
export function stateText(terminal: Terminal, state: State): string {
  const [mark, paint] = LOOKS[state];
  return terminal.paint(paint, `${mark} ${state.replace("_", " ")}`);
}

/** `12 ms`, `1.2 s`, `3 min 4 s`, `2 h 5 min`; empty for null. */
export function durationText(ms: number | null): string {
  if (ms === null) return "";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** `2026-11-21 10:42:07` in the zone of the machine; empty for null. */
export function timeText(iso: string | null): string {
  if (iso === null) return "";
  const at = new Date(iso);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** How long something took that has ended, or null. */
export function spanMs(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : Date.parse(to) - Date.parse(from);
}

/** `sync` or, within loops, `call[3][17]`. */
export function stepText(step: string, path: readonly number[]): string {
  return step + path.map((at) => `[${at}]`).join("");
}

/** `1 flow`, `2 flows`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
