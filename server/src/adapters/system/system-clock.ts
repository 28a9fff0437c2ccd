import { performance } from "node:perf_hooks";
import type { Clock } from "../../core/ports/clock.ts";

/** The machine's clocks. Timers don't keep the process alive by themselves: what serves does. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
