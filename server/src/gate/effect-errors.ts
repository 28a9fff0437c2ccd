import type { EgressAnswer } from "../core/ports/egress.ts";
import type { MailAnswer } from "../core/ports/mail-transport.ts";

type AnswerCode = Extract<EgressAnswer | MailAnswer, { readonly code: string }>["code"];

/** Why an effect was refused, failed or is unknown, by code; with `STEP_ERRORS` all that a step's error can say. Never reused. */
export const EFFECT_ERRORS = {
  aborted: {
    title: "The request was stopped on its way, it may have happened",
    hint: "Look at the other side, then resolve the run or retry it from this step.",
  },
  action_unavailable: {
    title: "This installation does not perform what the step asks for",
    hint: "Ask the operator whether it is switched off, or take the step out.",
  },
  address_forbidden: {
    title: "The host is not on the public internet",
    hint: "If Steward may reach it, let the operator set STEWARD_EGRESS_ALLOW=<host>:<port>, as the message says.",
  },
  approval_mismatch: {
    title: "The approval is not of this effect",
    hint: "Let it be asked for anew: the arguments, or who must agree, have changed since.",
  },
  arguments_invalid: { title: "The action's arguments are not what it takes", hint: "Mend what the message names." },
  budget_exceeded: {
    title: "A budget, or a grant's or limit's sum of money, is used up",
    hint: "Wait for its next period, or let it be raised.",
  },
  cancelled: {
    title: "The effect was cancelled before anything was sent",
    hint: "Run it again if that was a mistake.",
  },
  connect: { title: "No connection to the host", hint: "Check that it is up; give the step a retry policy." },
  connect_timeout: { title: "No connection to the host in time", hint: "Give the step a retry policy." },
  connection_missing: { title: "The connection does not exist", hint: "Make it under Connections, or name another." },
  connection_not_allowed: {
    title: "The connection may not be used by this flow or person",
    hint: "Name another connection, or let its owner share it.",
  },
  connection_pending: {
    title: "The connection was not consented to yet",
    hint: "Finish connecting it under Connections.",
  },
  connection_unavailable: {
    title: "The provider could not renew the connection just now",
    hint: "Give the step a retry policy.",
  },
  connection_unreadable: {
    title: "The connection's secret can't be used",
    hint: "Connect it again; the server's log says why.",
  },
  connector_failed: {
    title: "The connector is at fault",
    hint: "Report it with the run's id; the server's log says more.",
  },
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
  limit_refused: {
    title: "A limit of the project or the organization refuses it",
    hint: "Do less, or ask whoever set the limit.",
  },
  mail_deferred: {
    title: "The mail server can't take the message right now",
    hint: "Its own mail Steward tries again for a day; a step needs a retry policy.",
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
    title: "The mail server does not accept the sign-in",
    hint: "Check user and password: the connection's, or of Steward's own mail those in STEWARD_SMTP_URL.",
  },
  mail_unreadable: {
    title: "The message can't be opened",
    hint: "Let its reader ask for a new one; the server's log says why it does not open.",
  },
  method_invalid: { title: "The method can't be sent", hint: "Use another method." },
  not_available: {
    title: "The account at the provider, or what it was asked for, does not cover the action",
    hint: "Connect with more rights, as the message says.",
  },
  not_granted: {
    title: "No grant allows it",
    hint: "Let somebody who may give grants give one, or widen the one that the message names.",
  },
  oauth_client_missing: {
    title: "There is no OAuth client for the connection",
    hint: "Set one for its connector, then connect again.",
  },
  oauth_client_refused: {
    title: "The provider does not accept the OAuth client",
    hint: "Set its id and secret again.",
  },
  overloaded: { title: "Too many requests are waiting to be sent", hint: "Give the step a retry policy." },
  port_forbidden: { title: "The port is not for HTTP", hint: "Use another port." },
  price_unknown: {
    title: "It costs money, money is capped, and nobody knows its price",
    hint: "Set a price in STEWARD_MODEL_PRICES, or take another model.",
  },
  protocol: {
    title: "The answer is not valid HTTP, the request may have happened",
    hint: "Look at the other side, then resolve the run or retry it from this step.",
  },
  provider_not_found: { title: "The provider has no such thing", hint: "Check what the step names." },
  provider_rejected: { title: "The provider refuses it", hint: "Mend what its message says." },
  provider_unavailable: { title: "The provider can't do it just now", hint: "Give the step a retry policy." },
  provider_unreadable: {
    title: "The provider's answer is not what it documents",
    hint: "Look at the other side; report it with the run's id.",
  },
  rate_exceeded: {
    title: "It was done as often as its grant, a limit or a budget lets it",
    hint: "Wait for the next period, or let the rate be raised.",
  },
  rate_limited: {
    title: "The provider takes no more calls just now",
    hint: "Give the step a retry policy: it waits as long as the provider asks for.",
  },
  reauth_required: { title: "The provider no longer accepts the connection", hint: "Connect it again." },
  redirect_forbidden: { title: "The server redirected to where Steward doesn't go", hint: "Use the final URL." },
  reset: {
    title: "The connection was lost before an answer, the request may have happened",
    hint: "Look at the other side, then resolve the run or retry it from this step.",
  },
  response_too_large: {
    title: "It was done, and the answer is larger than Steward reads",
    hint: "Ask the server for less, in pages for instance.",
  },
  revocation_over: {
    title: "There is nothing to revoke any more",
    hint: "Nothing is to be done: the receipt says how it ended.",
  },
  revoked: {
    title: "What it rests on was revoked before anything was sent",
    hint: "Grant or connect it again, if that was a mistake.",
  },
  scheme_forbidden: { title: "The request can't be sent by this scheme", hint: "Use https." },
  sql_error: { title: "The database refuses the statement", hint: "Mend what the message names; nothing of it stays." },
  sql_full: { title: "The project's database is full", hint: "Delete rows or drop tables, or ask for more room." },
  sql_not_allowed: { title: "A step doesn't run such a statement", hint: "Write one of those that the message names." },
  sql_sign_in: {
    title: "The database does not let the connection's user in",
    hint: "Check user, password and database; then set the connection's secret again.",
  },
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
