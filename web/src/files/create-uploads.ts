/**
 * Files on their way to the volume: a few at a time, each with its progress, to be cancelled and tried again. What did
 * not work stays in the list with its reason. Whoever shows them subscribes.
 */
import { createObservedList } from "./create-observed-list.ts";

export type UploadState =
  | { readonly kind: "waiting" }
  | { readonly kind: "going"; readonly sentBytes: number }
  | { readonly kind: "done"; readonly version: number }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "cancelled" };

export interface Upload {
  readonly id: number;
  readonly path: string;
  readonly file: Blob;
  readonly state: UploadState;
}

/** Stores a file at a path; gives the version it has there. Rejects once `signal` is aborted. */
export type Put = (
  path: string,
  file: Blob,
  steering: { readonly signal: AbortSignal; readonly progress: (sentBytes: number) => void },
) => Promise<{ readonly version: number }>;

export interface Uploads {
  /** Takes as many as there is room for among those under way; gives how many it took. */
  readonly add: (files: readonly { readonly path: string; readonly file: Blob }[]) => number;
  readonly cancel: (id: number) => void;
  readonly retry: (id: number) => void;
  /** Forgets those that are over. */
  readonly clear: () => void;
  /** Cancels all that is under way. */
  readonly stop: () => void;
  /** In the order they came; the same list until something changes. */
  readonly all: () => readonly Upload[];
  readonly subscribe: (changed: () => void) => () => void;
}

const AT_ONCE_MAX = 2;
export const UPLOADS_MAX = 500;

export const isUnderWay = ({ state }: Upload): boolean => state.kind === "waiting" || state.kind === "going";

/** @param stored is told after each file that has arrived */
export function createUploads(put: Put, stored: () => void): Uploads {
  const list = createObservedList<Upload>();
  const stops = new Map<number, AbortController>();

  const send = async ({ id, path, file }: Upload): Promise<void> => {
    const stop = new AbortController();
    stops.set(id, stop);
    const going = (sentBytes: number) => stop.signal.aborted || list.set(id, { state: { kind: "going", sentBytes } });
    going(0);
    try {
      const { version } = await put(path, file, { signal: stop.signal, progress: going });
      list.set(id, { state: { kind: "done", version } });
      stored();
    } catch (error) {
      list.set(id, { state: stop.signal.aborted ? { kind: "cancelled" } : { kind: "failed", error } });
    } finally {
      stops.delete(id);
      begin();
    }
  };

  /** Starts waiting ones while there is room. */
  const begin = (): void => {
    const waiting = list.all().filter(({ state }) => state.kind === "waiting");
    for (const upload of waiting.slice(0, AT_ONCE_MAX - stops.size)) void send(upload);
  };

  const add: Uploads["add"] = (given) => {
    const taken = given.slice(0, Math.max(0, UPLOADS_MAX - list.all().filter(isUnderWay).length));
    const uploads = taken.map((one): Upload => ({ ...one, id: list.nextId(), state: { kind: "waiting" } }));
    // A path that is tried anew takes the place of what did not work before.
    const paths = new Set(uploads.map(({ path }) => path));
    list.replace([...list.all().filter((one) => isUnderWay(one) || !paths.has(one.path)), ...uploads]);
    begin();
    return taken.length;
  };

  const cancel = (id: number): void => {
    stops.get(id)?.abort();
    if (list.find(id)?.state.kind === "waiting") list.set(id, { state: { kind: "cancelled" } });
  };

  return {
    add,
    cancel,
    retry(id) {
      const state = list.find(id)?.state.kind;
      if (state !== "failed" && state !== "cancelled") return;
      list.set(id, { state: { kind: "waiting" } });
      begin();
    },
    clear: () => list.replace(list.all().filter(isUnderWay)),
    stop() {
      // Those that wait first, so that none of them begins.
      for (const { id } of list.all().filter(isUnderWay).toReversed()) cancel(id);
    },
    all: list.all,
    subscribe: list.subscribe,
  };
}
