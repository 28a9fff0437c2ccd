/** Time, as an argument. `nowMs` is the wall clock and may jump; `monotonicMs` never goes back. */
export interface Clock {
  nowMs(): number;
  monotonicMs(): number;
  /** Calls back once after `ms` of monotonic time; the returned function takes it back. */
  after(ms: number, callback: () => void): () => void;
}
