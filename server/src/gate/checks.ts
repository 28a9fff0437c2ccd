/**
 * What every effect must pass before it may happen, in order: `first`, then whether what its action names can be used
 * for it, then `granted`, then the checks of its action. Each stands alone: it refuses what it can't judge. Reservations
 * and approvals are not here: they ride with the intent.
 */
import type { EffectCall } from "../core/ports/gate.ts";
import type { Check, EffectRefusal, Matter } from "./action.ts";
import { OWN_CONNECTION } from "./matter.ts";

export const CHECKS = {
  first: [
    { name: "not_cancelled", judge: ({ call }) => judgeCancelled(call) },
    { name: "connection_exists", judge: judgeConnectionExists },
    { name: "connection_active", judge: judgeConnectionActive },
    { name: "connection_usable", judge: judgeConnectionUsable },
    { name: "credential_exists", judge: judgeCredentialExists },
  ],
  granted: [
    { name: "granted", judge: judgeGranted },
    { name: "priced", judge: ({ judged }) => judged?.unpriced ?? null },
  ],
} as const satisfies Record<string, readonly Check[]>;

export interface Checks {
  readonly first: readonly Check[];
  readonly granted: readonly Check[];
}

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

function judgeConnectionExists({ call, connection }: Matter): EffectRefusal | null {
  const slug = call.effect.connection ?? null;
  if (slug === null || connection !== null) return null;
  const message =
    slug !== OWN_CONNECTION
      ? `there is no connection ${slug}; make it under Connections`
      : call.starter === null
        ? "nobody in person has started the run, so there is no connection of theirs"
        : "whoever started the run has no connection of this kind, or several";
  return { code: "connection_missing", message };
}

function judgeConnectionActive({ connection }: Matter): EffectRefusal | null {
  if (connection === null || connection.status === "active") return null;
  const { slug, status } = connection;
  return status === "reauth_required"
    ? { code: "reauth_required", message: `the provider no longer accepts the connection ${slug}: connect it again` }
    : { code: "connection_pending", message: `the connection ${slug} was not consented to yet` };
}

/** A connection of one flow is no other's; a person's own acts for nobody else. */
function judgeConnectionUsable({ call, connection }: Matter): EffectRefusal | null {
  if (connection === null) return null;
  const { slug, flow, owner } = connection;
  const other = flow !== null && flow !== call.flow;
  // For events of a person's own connection the flow itself must be granted them, which is that person's to do.
  if (!other && (owner === null || owner === call.starter || call.event !== undefined)) return null;
  const message = other
    ? `the connection ${slug} is for another flow alone`
    : `the connection ${slug} is a person's own: it acts in runs that they start themselves`;
  return { code: "connection_not_allowed", message };
}

function judgeCredentialExists({ call, credential }: Matter): EffectRefusal | null {
  const slug = call.effect.credential;
  if (slug === null || credential !== null) return null;
  const message = `there is no credential ${slug}; set it with \`steward credential set ${slug}\``;
  return { code: "credential_missing", message };
}

/** The message holds values of the arguments: it is for the run, whose readers may see them, never for the audit. */
function judgeGranted({ judged }: Matter): EffectRefusal | null {
  if (judged === null || judged.decision.kind === "allowed") return null;
  const { code, message } = judged.decision;
  return { code, message };
}
