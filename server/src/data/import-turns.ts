import { AppError } from "../core/errors.ts";
import type { Clock } from "../core/ports/clock.ts";

/** Imports hold a connection for as long as their sender takes: few at a time, so that they don't hold them all. */
export interface ImportTurns {
  /** Throws `overloaded` when the project, or this process, has its number of imports under way. */
  run<T>(project: string, act: () => Promise<T>): Promise<T>;
}

const TOTAL_MAX = 4;
const EACH_MAX = 1;

export function createImportTurns(): ImportTurns {
  const running: string[] = [];
  return {
    async run(project, act) {
      if (running.length >= TOTAL_MAX || running.filter((one) => one === project).length >= EACH_MAX)
        throw new AppError("overloaded", "Another file is being imported: send this one after it.", {
          retryAfterSeconds: 10,
        });
      running.push(project);
      try {
        return await act();
      } finally {
        running.splice(running.indexOf(project), 1);
      }
    },
  };
}

const PACE_BYTES = 65_536;
const PACE_MS = 30_000;

/** The bytes, until a sender brings fewer than 64 KB within 30 s: then throws `request_timeout`. */
export async function* paced(bytes: AsyncIterable<Uint8Array>, clock: Clock): AsyncGenerator<Uint8Array> {
  const source = bytes[Symbol.asyncIterator]();
  try {
    for (;;) {
      const late = Promise.withResolvers<never>();
      late.promise.catch(() => undefined); // heard where it is raced, if it is
      const done = clock.after(PACE_MS, () =>
        late.reject(new AppError("request_timeout", "The file comes too slowly: fewer than 64 KB in 30 s.")),
      );
      try {
        for (let came = 0; came < PACE_BYTES;) {
          const next = await Promise.race([source.next(), late.promise]);
          if (next.done === true) return;
          came += next.value.byteLength;
          yield next.value;
        }
      } finally {
        done();
      }
    }
  } finally {
    await source.return?.();
  }
}
