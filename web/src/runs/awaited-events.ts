import type { StepRecord } from "@steward/sdk";

/** The names of the events that waiting steps wait for, each once, in the order they began to. Pure. */
export function awaitedEvents(records: Iterable<StepRecord>): string[] {
  const names = new Set<string>();
  for (const { status, input } of records) {
    if (status !== "waiting" || typeof input !== "object" || input === null || Array.isArray(input)) continue;
    if (typeof input["event"] === "string") names.add(input["event"]);
  }
  return [...names];
}
