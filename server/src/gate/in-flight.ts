/**
 * The effects under way in this process with what they rest on, so that whoever revokes something stops what rests on it
 * and learns what became of it.
 *
 * - F1 An effect is entered before it asks for the last time whether it may happen: a word comes either before that, and
 *   is seen, or finds it here.
 * - F2 It is taken out when it has ended, whatever happened: what is here is under way.
 */
import { unreachable } from "../core/invariant.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { PolicyPlace, RevokedThing } from "../core/ports/policy-words.ts";

/** Ids are UUIDs, but for that of the run, which is as it is shown. */
export interface RestsOn {
  readonly organization: string;
  readonly project: string;
  readonly run: string;
  /** The grant that allows it, and the limits that were judged. */
  readonly grants: readonly string[];
  readonly connection: string | null;
  readonly credential: string | null;
  /** Whose run it is, by slug. */
  readonly flow: string;
  /** Of the account that started the run, and of the one whose connection it is. */
  readonly members: readonly string[];
  readonly approval: string | null;
}

/** `stopped`: nothing had left; `unknown` too when it had not ended in the time that was waited for it. */
export type Fate = "stopped" | "done" | "unknown";

export interface InFlightEffect {
  readonly run: string;
  readonly step: string;
  readonly path: readonly number[];
  readonly action: string;
  /** For how long it had been under way when the word came. */
  readonly sinceMs: number;
  readonly fate: Fate;
}

/** An effect as it is entered. */
export interface Flight {
  readonly signal: AbortSignal;
  /** Why it was aborted here; null when it was not, whatever the call's own signal says. */
  revoked(): RevokedThing | null;
  end(fate: Fate): void;
}

export interface InFlight {
  /** `outer` aborts it too: the run's own reasons. */
  enter(of: Pick<InFlightEffect, "step" | "path" | "action">, on: RestsOn, outer: AbortSignal): Flight;
  /** Aborts at once what rests on it, and settles when all of that has ended, after `waitMs` at the latest. */
  abort(place: PolicyPlace, revoked: RevokedThing, waitMs: number): Promise<readonly InFlightEffect[]>;
  size(): number;
}

interface Entered {
  readonly of: Pick<InFlightEffect, "step" | "path" | "action">;
  readonly on: RestsOn;
  readonly sinceMs: number;
  readonly controller: AbortController;
  revoked: RevokedThing | null;
  fate: Fate | null;
  readonly ended: PromiseWithResolvers<void>;
}

/** Of one word's answer; what is beyond is aborted too. */
const LISTED_MAX = 1000;

export function createInFlight(clock: Clock): InFlight {
  const entered = new Set<Entered>();
  return {
    enter(of, on, outer) {
      const controller = new AbortController();
      const one: Entered = {
        of,
        on,
        sinceMs: clock.monotonicMs(),
        controller,
        revoked: null,
        fate: null,
        ended: Promise.withResolvers(),
      };
      const follow = (): void => controller.abort(outer.reason);
      if (outer.aborted) follow();
      else outer.addEventListener("abort", follow, { once: true });
      entered.add(one);
      return {
        signal: controller.signal,
        revoked: () => one.revoked,
        end(fate) {
          outer.removeEventListener("abort", follow);
          one.fate ??= fate;
          entered.delete(one);
          one.ended.resolve();
        },
      };
    },
    async abort(place, revoked, waitMs) {
      const nowMs = clock.monotonicMs();
      const stopped = [...entered].filter(({ on }) => restsOn(on, place, revoked));
      for (const one of stopped) {
        one.revoked ??= revoked;
        one.controller.abort(new Error("what it rests on was revoked"));
      }
      if (stopped.length > 0) await within(clock, waitMs, Promise.all(stopped.map(({ ended }) => ended.promise)));
      return stopped.slice(0, LISTED_MAX).map(({ of, on, sinceMs, fate }) => ({
        run: on.run,
        step: of.step,
        path: of.path,
        action: of.action,
        sinceMs: Math.round(nowMs - sinceMs),
        fate: fate ?? "unknown",
      }));
    },
    size: () => entered.size,
  };
}

function restsOn(on: RestsOn, { organization, project }: PolicyPlace, { kind, id }: RevokedThing): boolean {
  if (on.organization !== organization || (project !== null && on.project !== project)) return false;
  switch (kind) {
    case "grant":
      return on.grants.includes(id);
    case "connection":
      return on.connection === id;
    case "credential":
      return on.credential === id;
    case "flow":
      return on.flow === id;
    case "approval":
      return on.approval === id;
    case "member":
      return on.members.includes(id);
    default:
      return unreachable(kind);
  }
}

async function within(clock: Clock, ms: number, promise: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const cancel = clock.after(ms, late.resolve);
  await Promise.race([promise, late.promise]);
  cancel();
}
