/** What a long computation yields between two slices: how much work the slice was, in the computation's own unit. */
export type Slices<Result> = Generator<number, Result, undefined>;

/** Does it at one go. */
export function atOnce<Result>(slices: Slices<Result>): Result {
  for (;;) {
    const step = slices.next();
    if (step.done) return step.value;
  }
}

/**
 * Does it in turns of about `workMax` units, and waits for `turn` between two of them: whoever gives the event loop back
 * there lets others be answered meanwhile. A slice is never divided.
 */
export async function inTurns<Result>(
  slices: Slices<Result>,
  workMax: number,
  turn: () => Promise<unknown>,
): Promise<Result> {
  let work = 0;
  for (;;) {
    const step = slices.next();
    if (step.done) return step.value;
    work += step.value;
    if (work < workMax) continue;
    work = 0;
    await turn();
  }
}
