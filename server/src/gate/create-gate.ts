/**
 * The life of an effect: gather, decide, record the intent, perform, record the outcome. What is particular to an action
 * is in its `ActionPerformer`.
 * E1 Nothing leaves before the intent is committed (R5).
 * E2 Nothing begins once the run was cancelled, ended, or lost its worker: asked before the intent, after its commit, and
 *    just before the first byte (R2, R6).
 * E3 A secret is opened after the intent, for this effect alone, and is in nothing that the gate gives back (C2).
 * E4 Every refusal and every outcome is data with an audit entry (G1). Rejects only where the store does or for a bug.
 */
import type { EffectCall, Gate, Performed } from "../core/ports/gate.ts";
import { endedAs, type ActionPerformer, type Actions, type Check } from "./action.ts";
import { intentEntry, outcomeEntry, refusedEntry } from "./audit-effect.ts";
import { CHECKS, decide, judgeCancelled } from "./checks.ts";
import type { GateParts } from "./gate-parts.ts";
import { gatherMatter } from "./matter.ts";
import { requestHttp } from "./request-http.ts";
import { unavailable } from "./unavailable.ts";

/** The gate. `checks` is what every effect must pass; only tests give another list. */
export function createGate(parts: GateParts, checks: readonly Check[] = CHECKS): Gate {
  const actions: Actions = { "http.request": requestHttp(parts), ...parts.actions };
  return { perform: (call) => perform(parts, actions[call.effect.action] ?? unavailable, checks, call) };
}

async function perform(
  parts: GateParts,
  action: ActionPerformer,
  checks: readonly Check[],
  call: EffectCall,
): Promise<Performed> {
  const { clock } = parts;
  const matter = await gatherMatter(parts, action, call);
  const place = action.facts(matter.subject);
  const refused = (await decide(checks, matter)) ?? (await decide(action.checks, matter));
  if (refused !== null) {
    const { check, refusal } = refused;
    const audit = [refusedEntry(matter, place, clock.nowMs(), { check, code: refusal.code })];
    return { outcome: { kind: "refused", code: refusal.code, message: refusal.message }, audit };
  }
  await call.intend([intentEntry(matter, place, clock.nowMs(), action.intentFacts(matter.subject))]);
  const begunMs = clock.monotonicMs();
  const cancelled = judgeCancelled(call);
  const end = cancelled === null ? await action.perform(matter) : endedAs("refused", cancelled);
  const ms = Math.round(clock.monotonicMs() - begunMs);
  return { outcome: end.outcome, audit: [outcomeEntry(matter, place, clock.nowMs(), ms, end)] };
}
