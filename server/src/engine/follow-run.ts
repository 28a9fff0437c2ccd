/** A run's committed records as they come: told by flushes here and by word from elsewhere, looked for every second. */
import { AppError } from "../core/errors.ts";
import type { Scope } from "../store/scope.ts";
import type { RunNews } from "./engine.ts";
import type { EngineParts } from "./engine-parts.ts";
import { createStepViews, readRun } from "./read-run.ts";
import { readRecords } from "./read-records.ts";

const LOOK_MS = 1000;

export async function* followRun(
  parts: EngineParts,
  scope: Scope,
  id: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<RunNews> {
  const first = await readRun(parts, scope, id);
  if (!first) throw new AppError("not_found", "there is no such run");
  const views = createStepViews();
  let seen = 0;
  let status: string | null = null;
  const bell = createBell(parts);
  const unwatch = parts.watch.on(id, bell.ring);
  try {
    while (!signal.aborted) {
      for await (const { seq, record } of readRecords(parts, scope, id, seen + 1)) {
        seen = seq;
        const step = views.apply(seq, record);
        if (step && seq > after) yield { seq, step };
      }
      const run = await readRun(parts, scope, id);
      // Written between the two reads: its records come before what it has come to.
      if (run && run.row.records > seen) continue;
      if (run && (run.row.status !== status || run.row.endedAt !== null)) {
        status = run.row.status;
        yield { seq: seen, run };
      }
      if (!run || run.row.endedAt !== null) return;
      await bell.heard(signal);
    }
  } finally {
    unwatch();
  }
}

/** Remembers a ring that came while nobody was waiting. */
function createBell(parts: EngineParts): { readonly ring: () => void; heard(signal: AbortSignal): Promise<void> } {
  let rung = false;
  let wake: (() => void) | null = null;
  const ring = (): void => {
    rung = true;
    wake?.();
  };
  return {
    ring,
    heard(signal) {
      return new Promise((done) => {
        const finish = (): void => {
          cancel();
          signal.removeEventListener("abort", finish);
          wake = null;
          rung = false;
          done();
        };
        wake = finish;
        const cancel = parts.clock.after(LOOK_MS, finish);
        signal.addEventListener("abort", finish);
        if (rung || signal.aborted) finish();
      });
    },
  };
}
