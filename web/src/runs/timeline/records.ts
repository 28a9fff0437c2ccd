/** The step records that arrived so far: one per attempt, the latest committed state of each. Pure. */
import type { StepRecord } from "@steward/sdk";

export interface Records {
  /** By attempt: one attempt of one step in one iteration. */
  readonly attempts: ReadonlyMap<string, StepRecord>;
  /** The attempt of every sequence number seen, so that a link to an earlier state of it still leads there. */
  readonly bySeq: ReadonlyMap<number, string>;
}

export const NO_RECORDS: Records = { attempts: new Map(), bySeq: new Map() };

/** The records with the arrivals in; an older record never replaces a newer one, and a repeat changes nothing. */
export function withRecords(records: Records, arrivals: readonly StepRecord[]): Records {
  const fresh = arrivals.filter(({ seq }) => !records.bySeq.has(seq));
  if (fresh.length === 0) return records;
  const attempts = new Map(records.attempts);
  const bySeq = new Map(records.bySeq);
  for (const arrival of fresh) {
    const key = attemptKey(arrival);
    const known = attempts.get(key);
    if (!known || known.seq < arrival.seq) attempts.set(key, arrival);
    bySeq.set(arrival.seq, key);
  }
  return { attempts, bySeq };
}

/** The present state of the attempt that a sequence number belongs to. */
export function recordAt(records: Records, seq: number): StepRecord | null {
  return records.attempts.get(records.bySeq.get(seq) ?? "") ?? null;
}

function attemptKey({ step, path, attempt }: StepRecord): string {
  return `${step}@${path.join(".")}:${attempt}`;
}
