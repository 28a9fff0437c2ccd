import { createSweep, type SweepParts } from "./sweep-volumes.ts";

export interface Sweeping {
  /** Settles when no step is under way any more. */
  stop(): Promise<void>;
}

/** Between two steps, and between two rounds over all projects. */
const STEP_MS = 1000;
const ROUND_MS = 3_600_000;
/** Lets a process that starts serve first. */
const FIRST_MS = 60_000;

/** Sweeps all projects' files and blobs again and again, a step at a time. */
export function startSweeping(parts: SweepParts): Sweeping {
  const sweep = createSweep(parts);
  let stopped = false;
  let underWay: Promise<void> = Promise.resolve();
  let cancel: (() => void) | null = null;
  const plan = (ms: number): void => {
    if (stopped) return;
    cancel = parts.clock.after(ms, () => {
      underWay = step();
    });
  };
  const step = async (): Promise<void> => {
    const done = await sweep.step();
    plan(done ? ROUND_MS : STEP_MS);
  };
  plan(FIRST_MS);
  return {
    async stop() {
      stopped = true;
      cancel?.();
      await underWay;
    },
  };
}
