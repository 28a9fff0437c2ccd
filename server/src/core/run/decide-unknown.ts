/** What becomes of an effect that may have happened (R5). */
import type { Step } from "@steward/sdk";
import type { EffectRequest } from "../step-kind.ts";

/** After how many sendings of one effect it is not sent again by itself, though it may be repeated. */
const SENDINGS_MAX = 5;

/**
 * `repeat`: send it again, which is safe or what the flow's author chose; `fail`: the step fails;
 * `ask`: the run stands in doubt until a person says what happened.
 */
export function decideUnknown(
  effect: EffectRequest,
  ifUnknown: Step["ifUnknown"],
  sent: number,
): "repeat" | "fail" | "ask" {
  const repeatable = effect.repeat !== "never" || ifUnknown === "repeat";
  if (repeatable && sent < SENDINGS_MAX) return "repeat";
  if (ifUnknown === "fail") return "fail";
  return effect.repeat === "safe" ? "fail" : "ask"; // a read that never comes back changes nothing
}
