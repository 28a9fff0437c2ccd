import type { AuditEntry } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import { principalOf } from "../core/policy/principal-of.ts";
import type { EffectCall } from "../core/ports/gate.ts";
import type { AuditFacts, EffectEnd, Matter } from "./action.ts";

/** The entry of an effect that a check refused; it is committed with the step's end. */
export function refusedEntry(
  matter: Matter,
  place: AuditFacts,
  atMs: number,
  refused: { readonly check: string; readonly code: string },
): AuditEntry {
  return entry(matter, atMs, "effect.refused", { ...place, ...decidedBy(matter), ...refused });
}

/** The entry that is committed with the intent, before anything happens. */
export function intentEntry(matter: Matter, place: AuditFacts, atMs: number, facts: AuditFacts): AuditEntry {
  const { call } = matter;
  const approval = call.approval === null ? null : showId("apr", call.approval);
  const by = { ...decidedBy(matter), approval };
  return entry(matter, atMs, "effect.intent", { ...place, ...facts, ...by, repeat: call.effect.repeat });
}

/** The entry of an effect that a person is to be asked about first. */
export function heldEntry(matter: Matter, place: AuditFacts, atMs: number): AuditEntry {
  return entry(matter, atMs, "effect.held", { ...place, ...decidedBy(matter) });
}

/** The grant's line that allows it, or the line that refused or came nearest. */
function decidedBy({ judged }: Matter): AuditFacts {
  if (judged === null) return {};
  const { decision } = judged;
  const line = decision.kind === "allowed" ? decision.by : decision.line;
  return { decidedBy: line?.id ?? null, line: line?.line ?? null };
}

/** The entry of what became of an effect with an intent. */
export function outcomeEntry(
  matter: Matter,
  place: AuditFacts,
  atMs: number,
  ms: number,
  { outcome, facts }: EffectEnd,
): AuditEntry {
  const code = outcome.kind === "done" ? null : outcome.code;
  return entry(matter, atMs, "effect.outcome", { ...place, ...facts, outcome: outcome.kind, code, ms });
}

/** Which effect of which run, or which trigger, as the audit names it. */
export function targetOf(call: EffectCall): string {
  if (call.cause !== undefined) return call.cause.target;
  if (call.event !== undefined) return `trigger:${call.flow}/${call.step}`;
  const place = call.path.length === 0 ? call.step : `${call.path.join(".")}/${call.step}`;
  return `${call.run}/${place}`;
}

/** Ids, codes, counts and the host: of the request, nothing but its digest and what the action says is safe to tell. */
function entry(matter: Matter, atMs: number, action: string, more: AuditFacts): AuditEntry {
  const { call, connection, credential, digest } = matter;
  return {
    atMs,
    project: call.project,
    actor: call.cause?.principal ?? call.event?.by ?? principalOf(call),
    action,
    target: targetOf(call),
    facts: {
      effect: call.effect.action,
      version: call.version,
      attempt: call.attempt,
      connection: connection === null ? null : showId("con", connection.id),
      credential: credential === null ? null : showId("crd", credential.id),
      digest: digest.toString("base64url"),
      ...more,
    },
  };
}
