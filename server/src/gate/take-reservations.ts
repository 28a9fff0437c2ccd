import type { Clock } from "../core/ports/clock.ts";
import { shortageWords } from "../core/budget/cap-words.ts";
import type { EffectCall, Intended } from "../core/ports/gate.ts";
import type { EffectRefusal } from "./action.ts";
import { judgeCancelled } from "./checks.ts";
import type { GateParts } from "./gate-parts.ts";
import type { Judged, JudgedReservation } from "./judge-effect.ts";

const AGAIN_MS = 250;
const WAIT_MS_MAX = 60_000;

/**
 * Waits while only what others have reserved stands in the way: until the step's time is over, at most a minute. Gives why
 * the effect may not happen, or null once everything is reserved. Rejects when the run was lost.
 */
export async function takeReservations(
  parts: Pick<GateParts, "clock" | "readCounter">,
  call: EffectCall,
  reservations: Judged["reservations"],
  intended: Pick<Intended, "reserved" | "cap">,
): Promise<EffectRefusal | null> {
  if (intended.reserved === "granted") return null;
  const { clock } = parts;
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
  return full === undefined ? FULL : await refusalOf(parts, call, full, answer.reserved === "waits");
}

const FULL: EffectRefusal = { code: "budget_exceeded", message: "a cap that binds it has too little left" };

/** What stands on the counter is read after it has refused: it may be more by then, and is told to the reader of the run. */
async function refusalOf(
  { readCounter }: Pick<GateParts, "readCounter">,
  call: EffectCall,
  { of: cap, to, amount, max, periodKey }: JudgedReservation,
  waited: boolean,
): Promise<EffectRefusal> {
  const counter = (await readCounter?.(call, { cap: cap.id, periodKey })) ?? null;
  const code = cap.unit === "calls" ? "rate_exceeded" : "budget_exceeded";
  return { code, message: shortageWords({ cap, to: to(), amount, max, counter, waited }) };
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
