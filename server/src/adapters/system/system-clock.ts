import { performance } from "node:perf_hooks";
import type { Clock } from "../../core/ports/clock.ts";

/** The machine's clocks. A timer keeps the process alive until it fires or is taken back. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
