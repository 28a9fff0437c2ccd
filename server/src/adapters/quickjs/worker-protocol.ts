import type { CodeLimits } from "../../core/ports/code-runner.ts";
import type { GuestResult } from "./guest-result.ts";

/**
 * Each task in flight has a slot, an Int32 in memory shared by both threads, changed by
 * compare-and-exchange alone, so that both always agree on who owns the task:
 *
 * free → offered (main) → running (worker) → done (worker) → free (main, with the reply)
 *         └→ withdrawn (main) → free (main, with the reply)
 *                          running → cancelled (main): the worker stops soon and replies
 *
 * What is offered or done when a worker dies was not harmed and is offered elsewhere; what is
 * running or cancelled was the cause.
 */
export const SLOT = { free: 0, offered: 1, running: 2, done: 3, withdrawn: 4, cancelled: 5 } as const;

/** Tasks one worker may hold, the running one included: enough to keep it busy while the main thread does other things. */
export const SLOTS = 32;

export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly slots: SharedArrayBuffer;
  readonly imagesMax: number;
  readonly imageBytesMax: number;
}

export interface Offer {
  readonly slot: number;
  readonly key: string;
  readonly source: string;
  readonly input: string;
  readonly limits: CodeLimits;
}

/** `null` answers a withdrawn offer. */
export interface Reply {
  readonly slot: number;
  readonly result: GuestResult | null;
}

/** The first message of a worker is `"ready"`; then each is a batch of replies. */
export type FromWorker = "ready" | readonly Reply[];
