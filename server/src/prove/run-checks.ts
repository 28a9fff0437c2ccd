import { messageOf } from "../core/thrown.ts";
import type { Clock } from "../core/ports/clock.ts";
import { HeldUpError } from "./expect-answer.ts";
import type { Check, PromiseId, ProveParts, Verdict } from "./check.ts";

export interface Proved {
  readonly id: PromiseId;
  readonly promise: string;
  readonly tries: string;
  readonly triedAtMs: number;
  readonly verdict: Verdict;
  readonly ms: number;
}

const CHECK_MS_MAX = 60_000;

/**
 * Runs the checks one after another. One that can't be run to its end has not shown its promise kept: it is broken; but one
 * that a rate limit holds up shows nothing.
 */
export async function runChecks(checks: readonly Check[], parts: ProveParts): Promise<readonly Proved[]> {
  const proved: Proved[] = [];
  for (const check of checks) {
    const begun = parts.clock.monotonicMs();
    const verdict = await runCheck(check, parts);
    const { id, promise, tries } = check;
    const ms = Math.round(parts.clock.monotonicMs() - begun);
    proved.push({ id, promise, tries, triedAtMs: parts.clock.nowMs(), verdict, ms });
  }
  return proved;
}

async function runCheck(check: Check, parts: ProveParts): Promise<Verdict> {
  try {
    return await within(parts.clock, check.run(parts));
  } catch (error) {
    if (error instanceof HeldUpError) return { state: "not_applicable", reason: error.message };
    return { state: "broken", evidence: [`the check could not be run: ${messageOf(error)}`] };
  }
}

async function within<T>(clock: Clock, act: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(CHECK_MS_MAX, () => reject(new Error(`it took longer than ${CHECK_MS_MAX / 1000} s`)));
  try {
    return await Promise.race([act, late]);
  } finally {
    cancel();
  }
}
