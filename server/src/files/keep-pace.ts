import { AppError } from "../core/errors.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { FileLimits } from "./file-parts.ts";

type Pace = Pick<FileLimits, "paceBytes" | "paceMs" | "uploadMsMax">;
type Piece = string | Uint8Array;

/**
 * The pieces of an upload, as long as they come fast enough: only waiting for them counts, not what is done with them.
 * Throws `request_timeout` when fewer than `paceBytes` come within `paceMs`, or all of it takes too long, and
 * `invalid_request` when it breaks off. The source is left as it is: whoever has it ends it.
 */
export async function* keepPace(
  source: AsyncIterable<Piece>,
  clock: Clock,
  { paceBytes, paceMs, uploadMsMax }: Pace,
): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces = source[Symbol.asyncIterator]();
  const endMs = clock.monotonicMs() + uploadMsMax;
  let [arrived, counted, leftMs] = [0, 0, paceMs];
  for (;;) {
    const beganMs = clock.monotonicMs();
    const piece = await within(clock, Math.min(leftMs, endMs - beganMs), () => next(pieces, arrived));
    if (piece === null) throw tooSlow(arrived);
    if (piece.done === true) return;
    const bytes = typeof piece.value === "string" ? Buffer.from(piece.value) : piece.value;
    arrived += bytes.length;
    leftMs -= clock.monotonicMs() - beganMs;
    if (arrived - counted >= paceBytes) [counted, leftMs] = [arrived, paceMs];
    yield bytes;
  }
}

function tooSlow(arrived: number): AppError {
  return new AppError("request_timeout", `The upload came too slowly and was given up after ${arrived} bytes.`);
}

async function next(pieces: AsyncIterator<Piece>, arrived: number): Promise<IteratorResult<Piece>> {
  try {
    return await pieces.next();
  } catch {
    throw new AppError("invalid_request", `The upload broke off after ${arrived} bytes; nothing was stored.`);
  }
}

/** Null when the time is over first; what comes then is nobody's. */
async function within<T>(clock: Clock, ms: number, act: () => Promise<T>): Promise<T | null> {
  if (ms <= 0) return null;
  return await new Promise<T | null>((resolve, reject) => {
    const cancel = clock.after(ms, () => resolve(null));
    act()
      .then(resolve, reject)
      .finally(() => cancel());
  });
}
