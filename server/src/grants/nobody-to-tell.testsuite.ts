import type { Clock } from "../core/ports/clock.ts";
import type { PolicyWords } from "../core/ports/policy-words.ts";

/** Where nobody remembers what is in force, and nothing in flight rests on it: there is nobody to tell. */
export function nobodyToTell(clock: Pick<Clock, "nowMs">): PolicyWords {
  return {
    sayChanged: () => Promise.resolve(),
    sayRevoked: () =>
      Promise.resolve({
        atMs: clock.nowMs(),
        acknowledged: [],
        silent: [],
        inFlight: [],
      }),
  };
}
