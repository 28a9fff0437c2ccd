import type { Proof } from "@steward/sdk";

/** A proof with some of its promises tried again. Pure. */
export function mergeProof(before: Proof | null, now: Proof): Proof {
  if (before === null) return now;
  const anew = new Map(now.promises.map((promise) => [promise.id, promise]));
  const kept = before.promises.map((promise) => anew.get(promise.id) ?? promise);
  const added = now.promises.filter(({ id }) => before.promises.every((one) => one.id !== id));
  const promises = [...kept, ...added];
  const count = (state: string) => promises.filter((promise) => promise.state === state).length;
  return { provedAt: now.provedAt, kept: count("kept"), broken: count("broken"), promises };
}
