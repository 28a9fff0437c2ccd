/** Who waits for a run: for its reply, its end, or any change. Told by flushes here, by word from elsewhere, and by looking. */
import type { LiveRun } from "./live-run.ts";

/**
 * What a flush of this process shows of a run; null when the word came from another process: look it
 * up; `closing` when this process is about to stop and nobody should wait here any longer.
 */
export type Sighting = LiveRun | null | "closing";

export interface RunWatch {
  /** Calls back after each commit of the run until the returned function is called. */
  on(run: string, callback: (sighting: Sighting) => void): () => void;
  tell(run: string, sighting: Sighting): void;
  watched(run: string): boolean;
  /** Tells all who wait that this process is about to stop. */
  close(): void;
  /** Runs that somebody waits for. */
  readonly size: number;
}

/** Callbacks held at most: beyond it `on` throws, and the caller answers 429. */
const WATCHERS_MAX = 20_000;

export class WatchersFullError extends Error {}

export function createRunWatch(): RunWatch {
  const watchers = new Map<string, Set<(sighting: Sighting) => void>>();
  let count = 0;
  let closed = false;
  return {
    get size() {
      return watchers.size;
    },
    on(run, callback) {
      if (count >= WATCHERS_MAX) throw new WatchersFullError("too many wait for runs");
      let set = watchers.get(run);
      if (!set) watchers.set(run, (set = new Set()));
      set.add(callback);
      count++;
      if (closed) queueMicrotask(() => callback("closing"));
      return () => {
        if (!set.delete(callback)) return;
        count--;
        if (set.size === 0 && watchers.get(run) === set) watchers.delete(run);
      };
    },
    tell(run, sighting) {
      for (const callback of watchers.get(run) ?? []) callback(sighting);
    },
    watched: (run) => watchers.has(run),
    close() {
      closed = true;
      for (const set of watchers.values()) for (const callback of set) callback("closing");
    },
  };
}
