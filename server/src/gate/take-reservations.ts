import type { Clock } from "../core/ports/clock.ts";
import type { EffectCall, Intended } from "../core/ports/gate.ts";
import type { EffectRefusal } from "./action.ts";
import { judgeCancelled } from "./checks.ts";
import type { Judged } from "./judge-effect.ts";

const AGAIN_MS = 250;
const WAIT_MS_MAX = 60_000;

/**
 * Waits while only what others have reserved stands in the way: until the step's time is over, at most a minute. Gives why
 * the effect may not happen, or null once everything is reserved. Rejects when the run was lost.
 */
export async function takeReservations(
  clock: Clock,
  call: EffectCall,
  reservations: Judged["reservations"],
  intended: Pick<Intended, "reserved" | "cap">,
): Promise<EffectRefusal | null> {
  if (intended.reserved === "granted") return null;
  const endsMs = clock.monotonicMs() + Math.min(call.effect.timeoutMs, WAIT_MS_MAX);
  let answer = intended;
  while (answer.reserved === "waits" && clock.monotonicMs() < endsMs) {
    await pause(clock, call.signal);
    const cancelled = judgeCancelled(call);
    if (cancelled !== null) return cancelled;
    answer = await call.reserve(reservations);
  }
  if (answer.reserved === "granted") return null;
  const full = reservations.find(({ cap }) => cap === answer.cap) ?? reservations[0];
  const until = answer.reserved === "waits" ? "what others have reserved was not given back in time" : "it is used up";
  if (full?.unit === "calls")
    return { code: "rate_exceeded", message: `it may be done ${full.max} times in ${full.periodKey}: ${until}` };
  const what = full?.unit === "tokens" ? "tokens" : "money";
  return { code: "budget_exceeded", message: `the budget of ${what} for ${full?.periodKey ?? "it"}: ${until}` };
}

async function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(AGAIN_MS, resolve);
  const wake = (): void => resolve();
  signal.addEventListener("abort", wake, { once: true });
  await promise;
  signal.removeEventListener("abort", wake);
  cancel();
}
