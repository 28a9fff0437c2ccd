import { RunLostError } from "./live-run.ts";

/** A lost run is led elsewhere; whoever waits for it here looks it up. */
export function ignoreLost(error: unknown): void {
  if (!(error instanceof RunLostError)) throw error;
}
