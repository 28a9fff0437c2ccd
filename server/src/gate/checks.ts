/**
 * What an effect must pass before it may happen, in order. Another check (a grant, its scope, a budget, an approval,
 * taint) is another entry. Each stands alone: it refuses what it can't judge.
 */
import { judgeHost } from "../core/egress/judge-address.ts";
import { judgeHeaders, judgeMethod } from "../core/egress/judge-headers.ts";
import type { EffectCall } from "../core/ports/gate.ts";
import type { EffectErrorCode } from "./effect-errors.ts";
import { headersToSend } from "./headers-to-send.ts";
import type { Matter } from "./matter.ts";

/** Why an effect does not happen: for the step that asked, without content. */
export interface EffectRefusal {
  readonly code: EffectErrorCode;
  readonly message: string;
}

export interface Check {
  /** As it stands in the audit. */
  readonly name: string;
  /** Null lets the effect pass. */
  judge(matter: Matter): EffectRefusal | null | Promise<EffectRefusal | null>;
}

export const CHECKS: readonly Check[] = [
  { name: "not_cancelled", judge: ({ call }) => judgeCancelled(call) },
  { name: "credential_exists", judge: judgeCredentialExists },
  { name: "credential_kind", judge: judgeCredentialKind },
  { name: "credential_host", judge: judgeCredentialHost },
  { name: "egress", judge: judgeEgress },
];

/** The first refusal and the check it comes from, or null. */
export async function decide(
  checks: readonly Check[],
  matter: Matter,
): Promise<{ readonly check: string; readonly refusal: EffectRefusal } | null> {
  for (const check of checks) {
    const refusal = await check.judge(matter);
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

function judgeCredentialKind({ call, credential }: Matter): EffectRefusal | null {
  const slug = call.effect.credential;
  if (slug === null || (credential !== null && isSent(credential))) return null;
  const message = `the credential ${slug} verifies signatures and is never sent; name one of kind bearer, basic or header`;
  return { code: "credential_unusable", message };
}

function isSent({ kind, header }: NonNullable<Matter["credential"]>): boolean {
  return kind === "header" ? header !== null : kind !== "secret";
}

function judgeCredentialHost({ call, credential, target }: Matter): EffectRefusal | null {
  const slug = call.effect.credential;
  if (slug === null) return null;
  if (!target.ok) return target;
  const refusal = judgeHost(target.target, credential?.hosts ?? []);
  if (refusal === null) return null;
  const { host } = target.target;
  const message = `the credential ${slug} may not be sent to ${host}; if it belongs there, set it again with this host`;
  return { code: refusal.code, message };
}

/** What the egress would refuse anyway, as far as that can be told without asking the network. */
function judgeEgress(matter: Matter): EffectRefusal | null {
  const { target, request } = matter;
  const refusal = target.ok ? (judgeMethod(request.method) ?? judgeHeaders(headersToSend(matter, "").headers)) : target;
  return refusal && { code: refusal.code, message: refusal.message };
}
