/**
 * Keeps a server process alive.
 *
 * S1 At most one life at a time: the next begins after the former has ended.
 * S2 Restarts are bounded: five within a minute at once, then one every ten seconds, since a full disk may get
 *    room again; after ten minutes of that it is given up, once, with the last reason.
 * S3 After `stop` nothing is started any more, also when a restart was under way.
 */
import { messageOf } from "../../core/thrown.ts";

export interface Life {
  readonly pid: number;
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

export interface Supervised {
  readonly pid: number;
  stop(): Promise<void>;
  /** Called once when it is given up; at once when that has happened already. Not called after `stop`. */
  onExit(callback: (reason: string) => void): void;
}

export interface SuperviseOptions {
  /** Begins a life; called again for each restart. */
  readonly start: () => Promise<Life>;
  readonly log: (line: string) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Waits so many milliseconds; rejects when the signal comes first. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

const RESTARTS_MAX = 5;
const RESTART_WINDOW_MS = 60_000;
const RESTART_STEP_MS = 100;
const SLOW_RESTART_MS = 10_000;
const SLOW_RESTARTS_MAX = 60;

/** How long to wait before the next restart, given when the earlier ones were (monotonic ms). */
export function restartDelayMs(restarts: readonly number[], nowMs: number): number {
  const recent = restarts.filter((at) => nowMs - at < RESTART_WINDOW_MS).length;
  if (recent >= RESTARTS_MAX) return SLOW_RESTART_MS;
  return recent === 0 ? 0 : RESTART_STEP_MS * 2 ** (recent - 1);
}

/** Begins the first life, whose failure is thrown, and keeps the server alive until `stop`. */
export async function supervise({ start, log, now, sleep }: SuperviseOptions): Promise<Supervised> {
  const stopping = new AbortController();
  const restarts: number[] = [];
  const listeners: ((reason: string) => void)[] = [];
  let givenUp: string | null = null;
  let slow = 0;
  let life = await start();

  const nextLife = async (reason: string): Promise<boolean> => {
    const delay = restartDelayMs(restarts, now());
    slow = delay === SLOW_RESTART_MS ? slow + 1 : 0;
    if (slow > SLOW_RESTARTS_MAX) {
      givenUp = `the database server ended again and again for ten minutes, at last with: ${reason}`;
      return false;
    }
    if (slow === 1) log(`the database server ends again and again: it is tried every ${SLOW_RESTART_MS / 1000} s`);
    restarts.push(now());
    if (restarts.length > RESTARTS_MAX) restarts.shift();
    await sleep(delay, stopping.signal);
    life = await start();
    log(`the database server runs again as process ${life.pid}`);
    return true;
  };

  const watch = async (): Promise<void> => {
    for (let reason = await life.ended; !stopping.signal.aborted;) {
      log(`the database server ended unexpectedly (${reason})`);
      try {
        if (!(await nextLife(reason))) break;
        if (stopping.signal.aborted) return await life.stop();
        reason = await life.ended;
      } catch (error) {
        reason = messageOf(error);
      }
    }
    if (givenUp !== null) for (const tell of listeners) tell(givenUp);
  };
  const watching = watch();

  return {
    get pid() {
      return life.pid;
    },
    stop: async () => {
      stopping.abort();
      await life.stop();
      await watching;
    },
    onExit: (callback) => {
      if (givenUp === null) listeners.push(callback);
      else callback(givenUp);
    },
  };
}
