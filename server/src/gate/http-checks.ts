/** What an HTTP request must pass before it may happen, beside what every effect must. */
import { judgeHost } from "../core/egress/judge-address.ts";
import { judgeHeaders, judgeMethod } from "../core/egress/judge-headers.ts";
import type { Refusal, Target } from "../core/egress/judge-url.ts";
import type { HttpArguments } from "../core/http-effect.ts";
import type { Check, EffectRefusal, Matter } from "./action.ts";
import { headersToSend } from "./headers-to-send.ts";

export interface HttpSubject {
  readonly request: HttpArguments;
  /** Where the request goes, or why its URL is refused. */
  readonly target: { readonly ok: true; readonly target: Target } | Refusal;
}

export type HttpMatter = Matter<HttpSubject>;

export const HTTP_CHECKS = {
  usable: [
    { name: "credential_kind", judge: judgeCredentialKind },
    { name: "credential_host", judge: judgeCredentialHost },
  ],
  checks: [{ name: "egress", judge: judgeEgress }],
} as const satisfies Record<string, readonly Check<HttpSubject>[]>;

function judgeCredentialKind({ call, credential }: HttpMatter): EffectRefusal | null {
  const slug = call.effect.credential;
  if (slug === null || (credential !== null && isSent(credential))) return null;
  const message = `the credential ${slug} verifies signatures and is never sent; name one of kind bearer, basic or header`;
  return { code: "credential_unusable", message };
}

function isSent({ kind, header }: NonNullable<Matter["credential"]>): boolean {
  return kind === "header" ? header !== null : kind !== "secret";
}

function judgeCredentialHost({ call, credential, subject: { target } }: HttpMatter): EffectRefusal | null {
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
function judgeEgress(matter: HttpMatter): EffectRefusal | null {
  const { target, request } = matter.subject;
  const refusal = target.ok ? (judgeMethod(request.method) ?? judgeHeaders(headersToSend(matter, "").headers)) : target;
  return refusal && { code: refusal.code, message: refusal.message };
}
