import type { AuditEntry } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import type { AnswerFacts } from "./read-answer.ts";
import type { Matter } from "./matter.ts";

/** The entry of an effect that a check refused; it is committed with the step's end. */
export function refusedEntry(matter: Matter, atMs: number, check: string, code: string): AuditEntry {
  return entry(matter, atMs, "effect.refused", { check, code });
}

/** The entry that is committed with the intent, before anything happens. */
export function intentEntry(matter: Matter, atMs: number): AuditEntry {
  const { repeat } = matter.call.effect;
  return entry(matter, atMs, "effect.intent", { method: matter.request.method, repeat });
}

/** The entry of what became of an effect with an intent. */
export function outcomeEntry(matter: Matter, atMs: number, ms: number, facts: AnswerFacts): AuditEntry {
  return entry(matter, atMs, "effect.outcome", { ...facts, ms });
}

/** Ids, codes, counts and the host: of the request, nothing but the method and its digest. */
function entry(matter: Matter, atMs: number, action: string, more: AuditEntry["facts"]): AuditEntry {
  const { call, target, credential, digest } = matter;
  const place = call.path.length === 0 ? call.step : `${call.path.join(".")}/${call.step}`;
  return {
    atMs,
    project: call.project,
    actor: `flow:${call.flow}`,
    action,
    target: `${call.run}/${place}`,
    facts: {
      effect: call.effect.action,
      version: call.version,
      attempt: call.attempt,
      host: target.ok ? target.target.host : null,
      credential: credential === null ? null : showId("crd", credential.id),
      digest,
      ...more,
    },
  };
}
