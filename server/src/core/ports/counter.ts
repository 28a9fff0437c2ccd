/** Counts that every process sees and a restart keeps: tries within a window. */

export interface Tried {
  /** Tries in this window, this one included. */
  readonly count: number;
  /** Until the window is over. */
  readonly leftMs: number;
}

export interface Counter {
  /** Counts one try under a key, atomically; the window begins with its first. */
  take(key: string, windowMs: number): Promise<Tried>;
  /** Takes one try back. */
  giveBack(key: string, windowMs: number): Promise<void>;
  /** Sets a mark that lasts. */
  mark(key: string, lastsMs: number): Promise<void>;
  /** Whether a mark stands. */
  isMarked(key: string): Promise<boolean>;
  /** Forgets a key. */
  clear(key: string): Promise<void>;
}
