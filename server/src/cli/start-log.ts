/** The log of a process that starts, runs and stops: quiet while all goes well, whole when it does not. */

export interface StartLog {
  readonly line: (line: string) => void;
  /** From now on lines are shown as they come. */
  open(): void;
  /** From now on they are kept back again. */
  close(): void;
  /** Shows what was kept back. */
  tell(): void;
}

const LINES_MAX = 200;

/** Keeps the last 200 lines back until `open`, or shows them all at once when `verbose`. */
export function createStartLog(write: (line: string) => void, verbose: boolean): StartLog {
  let kept: string[] = [];
  let shown = verbose;
  return {
    line: (line) => {
      if (shown) return write(line);
      kept.push(line);
      if (kept.length > LINES_MAX) kept.shift();
    },
    open: () => {
      shown = true;
      kept = [];
    },
    close: () => {
      shown = verbose;
    },
    tell: () => {
      for (const line of kept.splice(0)) write(line);
    },
  };
}
