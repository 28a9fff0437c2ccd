import type { RunStatus, StepStatus } from "@steward/sdk";
import type { ReactNode } from "react";
import { say } from "../language.ts";
import { classes } from "./classes.ts";

export type State = RunStatus | StepStatus;

/** The five states' colours by name; what is over or has not begun has none. */
const STATE_TEXT: Record<State, string> = {
  queued: "text-text-3",
  running: "text-running",
  waiting: "text-waiting",
  in_doubt: "text-doubt",
  parked: "text-doubt",
  completed: "text-done",
  done: "text-done",
  failed: "text-failed",
  cancelled: "text-text-3",
  skipped: "text-text-3",
};

/** A state's shape, told apart without its colour: each has an outline of its own. */
export function StateIcon({ state, className = "" }: { state: State; className?: string }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden className={classes("size-3.5 shrink-0", STATE_TEXT[state], className)}>
      {SHAPES[state]}
    </svg>
  );
}

const LINE = {
  fill: "none",
  stroke: "currentColor",
  strokeWidth: 1.75,
  strokeLinecap: "round",
  strokeLinejoin: "round",
} as const;
const CUT = { ...LINE, stroke: "var(--surface-0)" };

const DONE = (
  <>
    <circle cx="8" cy="8" r="7" fill="currentColor" />
    <path d="M5 8.3l2.1 2.1L11 6" {...CUT} />
  </>
);

const SHAPES: Record<State, ReactNode> = {
  queued: <circle cx="8" cy="8" r="6" {...LINE} strokeDasharray="2.2 2.5" />,
  running: (
    <>
      <circle cx="8" cy="8" r="6.2" {...LINE} />
      <path d="M8 4.5a3.5 3.5 0 0 1 0 7z" fill="currentColor" />
    </>
  ),
  waiting: <path d="M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8M8 4.8V8l2.2 1.6" {...LINE} />,
  in_doubt: (
    <>
      <path d="M8 1.2L15.2 14H.8z" fill="currentColor" stroke="currentColor" strokeWidth="1" strokeLinejoin="round" />
      <path d="M6.4 6.9c.2-2 3.2-1.8 3.2 0 0 1.1-1.5 1.2-1.6 2.4M8 11.8v.1" {...CUT} strokeWidth={1.5} />
    </>
  ),
  parked: (
    <path
      d="M3 2.2h10a.8.8 0 0 1 .8.8v10a.8.8 0 0 1-.8.8H3a.8.8 0 0 1-.8-.8V3a.8.8 0 0 1 .8-.8M6.2 5.8v4.4M9.8 5.8v4.4"
      {...LINE}
    />
  ),
  completed: DONE,
  done: DONE,
  failed: (
    <>
      <path d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z" fill="currentColor" />
      <path d="M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6" {...CUT} />
    </>
  ),
  cancelled: <path d="M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8M3.8 12.2l8.4-8.4" {...LINE} />,
  skipped: <path d="M2.5 8h8M7.5 4.8L10.7 8l-3.2 3.2M13.5 4.5v7" {...LINE} />,
};

/** Shape and word of a state. */
export function StateBadge({ state, label }: { state: State; label?: string }) {
  return (
    <span className="inline-flex items-center gap-2 align-middle whitespace-nowrap">
      <StateIcon state={state} />
      <span>{label ?? say.states[state]}</span>
    </span>
  );
}
