import type { EgressAnswer } from "../core/ports/egress.ts";

type AnswerCode = Extract<EgressAnswer, { readonly code: string }>["code"];

/** Why an effect was refused, failed or is unknown, by code; with `STEP_ERRORS` all that a step's error can say. Never reused. */
export const EFFECT_ERRORS = {
  aborted: {
    title: "The request was stopped on its way, it may have happened",
    hint: "Look at the other side, then resolve the run or retry it from this step.",
  },
  address_forbidden: {
    title: "The host is not on the public internet",
    hint: "If Steward may reach it, let the operator name it in STEWARD_EGRESS_ALLOW.",
  },
  cancelled: {
    title: "The effect was cancelled before anything was sent",
    hint: "Run it again if that was a mistake.",
  },
  connect: { title: "No connection to the host", hint: "Check that it is up; give the step a retry policy." },
  connect_timeout: { title: "No connection to the host in time", hint: "Give the step a retry policy." },
  credential_missing: { title: "The credential does not exist", hint: "Set it with `steward credential set`." },
  credential_unreadable: {
    title: "The credential can't be opened",
    hint: "Set it again; the server's log says why it does not open.",
  },
  credential_unusable: {
    title: "This kind of credential is never sent",
    hint: "Name a credential of kind bearer, basic or header.",
  },
  dns: { title: "The host's name could not be resolved", hint: "Check the name; give the step a retry policy." },
  header_invalid: { title: "A header can't be sent", hint: "Mend the header, or the credential, that is named." },
  host_not_allowed: {
    title: "The credential may not be sent to this host",
    hint: "If it belongs there, set the credential again with this host.",
  },
  method_invalid: { title: "The method can't be sent", hint: "Use another method." },
  overloaded: { title: "Too many requests are waiting to be sent", hint: "Give the step a retry policy." },
  port_forbidden: { title: "The port is not for HTTP", hint: "Use another port." },
  protocol: {
    title: "The answer is not valid HTTP, the request may have happened",
    hint: "Look at the other side, then resolve the run or retry it from this step.",
  },
  redirect_forbidden: { title: "The server redirected to where Steward doesn't go", hint: "Use the final URL." },
  reset: {
    title: "The connection was lost before an answer, the request may have happened",
    hint: "Look at the other side, then resolve the run or retry it from this step.",
  },
  response_too_large: {
    title: "It was done, and the answer is larger than Steward reads",
    hint: "Ask the server for less, in pages for instance.",
  },
  scheme_forbidden: { title: "The request can't be sent by this scheme", hint: "Use https." },
  timeout: {
    title: "No complete answer came in time, the request may have happened",
    hint: "Raise the step's timeoutMs; look at the other side, then resolve the run or retry it from this step.",
  },
  tls: { title: "No trustworthy TLS connection to the host", hint: "Check the server's certificate." },
  too_many_redirects: { title: "The server redirected too often", hint: "Use the final URL." },
  truncated: {
    title: "The answer broke off, the request has probably happened",
    hint: "Look at the other side, then resolve the run or retry it from this step.",
  },
  url_invalid: { title: "The URL can't be used", hint: "Mend what the message names." },
} as const satisfies Record<AnswerCode, unknown> & Record<string, { readonly title: string; readonly hint: string }>;

export type EffectErrorCode = keyof typeof EFFECT_ERRORS;
