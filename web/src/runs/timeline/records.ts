/** The step records that arrived so far, by their sequence number: one for each attempt, in its latest committed state. Pure. */
import type { StepRecord } from "@steward/sdk";
import { isGoingOn } from "./going-on.ts";

export type Records = ReadonlyMap<number, StepRecord>;

/**
 * The records with the arrivals in, later ones over earlier ones. What is settled stays so (R4): the events may tell once
 * more how a record that was listed as done had come to it.
 */
export function withRecords(records: Records, arrivals: readonly StepRecord[]): Records {
  const next = new Map(records);
  for (const arrival of arrivals) {
    const known = next.get(arrival.seq);
    if (known && !isGoingOn(known.status) && isGoingOn(arrival.status)) continue;
    next.set(arrival.seq, arrival);
  }
  return arrivals.length === 0 ? records : next;
}
