/** Time, as an argument. `nowMs` is the wall clock and may jump; `monotonicMs` never goes back. */
export interface Clock {
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  /** Calls back once after `ms` of monotonic time; the returned function takes it back. */
  readonly after: (ms: number, callback: () => void) => () => void;
}
