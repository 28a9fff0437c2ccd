/** What tests say to the gate and hear from it. */
import { invariant } from "../invariant.ts";
import type { EffectCall, Ended, Gate, Intended } from "./gate.ts";

/** Nothing stood in the intent's way. */
export const GRANTED: Intended = { reserved: "granted", cap: null, approved: true };

/** Of a call that nobody started in person, in a run that has read nothing, with nobody to be asked. */
export const PLAIN_CALL = {
  starter: null,
  tainted: false,
  written: {},
  approval: null,
  idempotencyKey: null,
  reserve: async () => GRANTED,
} as const satisfies Partial<EffectCall>;

/** Performs an effect that is not held for anybody's approval. */
export async function performPlainly(gate: Gate, call: EffectCall): Promise<Ended> {
  const performed = await gate.perform(call);
  invariant("outcome" in performed, "held for approval");
  return performed;
}
