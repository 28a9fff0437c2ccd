import type { EgressAnswer } from "../core/ports/egress.ts";
import type { MailAnswer } from "../core/ports/mail-transport.ts";

type AnswerCode = Extract<EgressAnswer | MailAnswer, { readonly code: string }>["code"];

/** Why an effect was refused, failed or is unknown, by code; with `STEP_ERRORS` all that a step's error can say. Never reused. */
export const EFFECT_ERRORS = {
  action_unavailable: {
    title: "This installation does not perform what the step asks for",
    hint: "Ask the operator whether it is switched off, or take the step out.",
  },
  aborted: {
    title: "The request was stopped on its way, it may have happened",
    hint: "Look at the other side, then resolve the run or retry it from this step.",
  },
  address_forbidden: {
    title: "The host is not on the public internet",
    hint: "If Steward may reach it, let the operator set STEWARD_EGRESS_ALLOW=<host>:<port>, as the message says.",
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
  mail_deferred: {
    title: "The mail server can't take the message right now",
    hint: "Steward tries again by itself, for a day.",
  },
  mail_expired: {
    title: "The message is too old to be of use",
    hint: "Let its reader ask for a new one.",
  },
  mail_gone: { title: "The message is no longer in the outbox", hint: "Nothing is to be done: it was sent or erased." },
  mail_rejected: {
    title: "The mail server refuses the message for good",
    hint: "Check the address; look at the mail server's own log.",
  },
  mail_sign_in: {
    title: "The mail server does not accept Steward's sign-in",
    hint: "Check user and password in STEWARD_SMTP_URL.",
  },
  mail_unreadable: {
    title: "The message can't be opened",
    hint: "Let its reader ask for a new one; the server's log says why it does not open.",
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
  sql_error: { title: "The database refuses the statement", hint: "Mend what the message names; nothing of it stays." },
  sql_full: { title: "The project's database is full", hint: "Delete rows or drop tables, or ask for more room." },
  sql_not_allowed: { title: "A step doesn't run such a statement", hint: "Write one of those that the message names." },
  sql_timeout: {
    title: "The statement took too long and was undone",
    hint: "Raise the step's timeoutMs, or let it do less: an index, a limit.",
  },
  sql_too_large: { title: "The answer is too large, the statement was undone", hint: "Select less, or page by page." },
  sql_too_many_rows: {
    title: "The statement gives too many rows and was undone",
    hint: "Add a limit to the statement, or raise the step's rows.",
  },
  sql_unavailable: {
    title: "The project's database could not do it now, nothing of it stays",
    hint: "Give the step a retry policy.",
  },
  sql_unknown: {
    title: "The connection was lost in the commit, it may have been done",
    hint: "Look into the table, then resolve the run or retry it from this step.",
  },
  sql_values: { title: "The values don't go with the statement", hint: "Give one value for each of $1, $2, …" },
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
