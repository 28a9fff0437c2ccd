import type { PolicyPlace, RevokedThing } from "../core/ports/policy-words.ts";
import type { InFlight, InFlightEffect } from "./in-flight.ts";
import type { Policies } from "./policy.ts";

/** What the words of others do to the gate of this process. */
export interface Heard {
  /** What is in force may have changed there: nothing is judged by what was. */
  changed(place: PolicyPlace): void;
  /**
   * The same, and what is under way and rests on it is stopped at once. Settles when all of that has ended, after
   * `waitMs` at the latest.
   */
  revoked(place: PolicyPlace, thing: RevokedThing, waitMs: number): Promise<readonly InFlightEffect[]>;
  /** Words may have been missed. */
  missed(): void;
}

/** In this order: an effect that is judged meanwhile sees the one or is found by the other (E5, F1). */
export function heardBy(policies: Policies, inFlight: InFlight): Heard {
  return {
    changed: (place) => policies.drop(place),
    revoked(place, thing, waitMs) {
      policies.drop(place);
      return inFlight.abort(place, thing, waitMs);
    },
    missed: () => policies.dropAll(),
  };
}
