import { setTimeout as pause } from "node:timers/promises";
import { type Client, ProblemError, type RunStatus, type SentRunEvent } from "@steward/sdk";
import { type Cli, note } from "./cli.ts";

/** Times in a row that nothing answers before it gives up: about a quarter of an hour. */
const LOSSES_MAX = 100;
const DELAY_MS = 500;
const DELAY_MS_MAX = 10_000;

/**
 * A run's records as they come, to its end or the signal's. A connection that is lost is made again, and the person told
 * so, once. Needs a client whose `events` give up at the first loss, as `connect` makes it.
 */
export async function* followRun(
  cli: Cli,
  client: Client,
  id: string,
  signal: AbortSignal = new AbortController().signal,
  delayMs = DELAY_MS,
): AsyncGenerator<SentRunEvent> {
  let last: number | undefined;
  let status: RunStatus | null = null;
  let losses = 0;
  while (!signal.aborted) {
    try {
      if (losses > 0) {
        await client.getRun({ id, signal });
        note(cli, "back");
        losses = 0;
      }
      for await (const event of client.events(id, { lastEventId: last, signal })) {
        const isOld = last !== undefined && event.seq <= last; // a connection begins with how the run stands
        if (isOld && (event.type === "step" || event.run.status === status)) continue;
        last = Math.max(last ?? event.seq, event.seq);
        if (event.type === "run") status = event.run.status;
        yield event;
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!isPassing(error) || losses >= LOSSES_MAX) throw error;
      if (losses === 0) note(cli, "connection lost, trying again");
      losses += 1;
      await pause(Math.min(DELAY_MS_MAX, delayMs * 2 ** Math.min(losses - 1, 10)));
    }
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof ProblemError && (error.status === 0 || error.status === 429 || error.status >= 500);
}
