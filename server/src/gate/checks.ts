/**
 * What every effect must pass before it may happen, in order, and before the checks of its action. Another check (a
 * grant, its scope, a budget, an approval, taint) is another entry. Each stands alone: it refuses what it can't judge.
 */
import type { EffectCall } from "../core/ports/gate.ts";
import type { Check, EffectRefusal, Matter } from "./action.ts";

export const CHECKS: readonly Check[] = [
  { name: "not_cancelled", judge: ({ call }) => judgeCancelled(call) },
  { name: "credential_exists", judge: judgeCredentialExists },
];

/** The first refusal and the check it comes from, or null. */
export async function decide<Subject>(
  checks: readonly Check<Subject>[],
  matter: Matter<Subject>,
): Promise<{ readonly check: string; readonly refusal: EffectRefusal } | null> {
  for (const check of checks) {
    const judged = check.judge(matter);
    // Most checks know at once; those don't wait for a turn each.
    const refusal = judged !== null && "then" in judged ? await judged : judged;
    if (refusal !== null) return { check: check.name, refusal };
  }
  return null;
}

/** Whether the run may still act; asked before the intent, after its commit, and just before the first byte (R2, R6). */
export function judgeCancelled(call: EffectCall): EffectRefusal | null {
  if (!call.signal.aborted && call.mayProceed()) return null;
  return { code: "cancelled", message: "it was cancelled before anything was sent" };
}

function judgeCredentialExists({ call, credential }: Matter): EffectRefusal | null {
  const slug = call.effect.credential;
  if (slug === null || credential !== null) return null;
  const message = `there is no credential ${slug}; set it with \`steward credential set ${slug}\``;
  return { code: "credential_missing", message };
}
