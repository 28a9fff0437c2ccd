/**
 * Why sealed bytes, or the keys to them, did not open. `format`: not what Steward writes, or a newer one does;
 * `epoch_unknown`: sealed with a key this process has not been given; `shredded`: the key was destroyed;
 * `tampered`: changed, or taken from another row, place, purpose, run or project.
 */
export type SealReason = "format" | "epoch_unknown" | "shredded" | "tampered";

/** Carries places and epochs, never keys or content. */
export class SealError extends Error {
  readonly reason: SealReason;

  constructor(reason: SealReason, message: string) {
    super(message);
    this.name = "SealError";
    this.reason = reason;
  }
}
