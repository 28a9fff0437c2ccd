/**
 * Every refusal Steward gives, by code. A code is never reused or renamed; `status` is the HTTP
 * status of its problem (RFC 9457), `title` what happened in general, `hint` what to do next.
 */
export const ERRORS = {
  invalid_request: {
    status: 400,
    title: "The request is not understood",
    hint: "Mend what is named; /v1/openapi.json describes the API, docs/flow-file.md webhooks.",
  },
  unauthenticated: { status: 401, title: "No valid key was given", hint: "Send `Authorization: Bearer <API key>`." },
  forbidden: {
    status: 403,
    title: "This is not allowed to the caller",
    hint: "Ask for the permission, or use a key that has it.",
  },
  second_factor_required: {
    status: 403,
    title: "A second factor is needed here",
    hint: "Set one up under Account, sign out and in again with it.",
  },
  sign_on_required: {
    status: 403,
    title: "This organization is entered by its own sign-on",
    hint: "Sign in with the organization's sign-on.",
  },
  sign_in_failed: {
    status: 401,
    title: "This does not prove who you are",
    hint: "Check what you typed and try again; a forgotten password is reset by mail.",
  },
  token_invalid: { status: 400, title: "This link or code is no longer valid", hint: "Ask for a new one." },
  session_not_fresh: { status: 403, title: "This needs a fresh sign-in", hint: "Sign in again and repeat it." },
  email_unverified: {
    status: 403,
    title: "The mail address is not confirmed yet",
    hint: "Open the link in the mail, or have another one sent.",
  },
  sign_up_closed: {
    status: 403,
    title: "Nobody signs up here by themselves",
    hint: "Ask whoever runs this installation, or a member, for an invitation.",
  },
  host_refused: {
    status: 421,
    title: "This host name is not served here",
    hint: "Call the address Steward printed at start.",
  },
  not_found: {
    status: 404,
    title: "Nothing by that name exists here",
    hint: "Check the id and the project of the key.",
  },
  method_not_allowed: {
    status: 405,
    title: "This method is not served here",
    hint: "Use one of the methods in the header Allow.",
  },
  conflict: {
    status: 409,
    title: "This is not possible in the present state",
    hint: "Read the current state and decide again.",
  },
  request_timeout: {
    status: 408,
    title: "The request did not arrive in time",
    hint: "Send it whole, within 30 seconds.",
  },
  headers_too_large: { status: 431, title: "The headers are too large", hint: "Send less than 16 KB of them." },
  body_too_large: { status: 413, title: "The body is too large", hint: "Send less, or a reference to a file." },
  media_type_unsupported: {
    status: 415,
    title: "This content type is not accepted",
    hint: "Send JSON; of a webhook, what its trigger's body field takes.",
  },
  idempotency_mismatch: {
    status: 422,
    title: "This Idempotency-Key came with a different body before",
    hint: "Use a new key for a new request.",
  },
  precondition_failed: {
    status: 412,
    title: "It has changed since you read it",
    hint: "Read it again, then decide.",
  },
  range_unsatisfiable: {
    status: 416,
    title: "The range lies beyond the end",
    hint: "Ask within the length that `bytes` names.",
  },
  quota_exceeded: {
    status: 409,
    title: "The project has no room left for this",
    hint: "Delete what isn't needed, for good; or ask for more room.",
  },
  flow_invalid: { status: 422, title: "This is not a flow file", hint: "Mend the named line and field." },
  flow_has_problems: {
    status: 422,
    title: "The draft has problems and can't be published",
    hint: "Mend each problem, push again, publish.",
  },
  flow_unpublished: { status: 409, title: "The flow has no published version", hint: "Publish it first." },
  flow_paused: { status: 409, title: "The flow is paused", hint: "Resume it first." },
  value_invalid: { status: 422, title: "A field has an invalid value", hint: "Mend the named field." },
  signature_invalid: {
    status: 401,
    title: "The signature of this delivery is not valid",
    hint: "Check that the sender signs with the credential the trigger names.",
  },
  overloaded: {
    status: 429,
    title: "Steward is at its limit right now",
    hint: "Repeat after the seconds in Retry-After.",
  },
  rate_limited: { status: 429, title: "This was tried too often", hint: "Repeat after the seconds in Retry-After." },
  run_failed: { status: 500, title: "The run failed before its reply", hint: "Look at the run by its id." },
  run_finished: {
    status: 409,
    title: "The run has finished",
    hint: "Look at how it ended; a retry does the work again, as a new run.",
  },
  run_not_finished: { status: 409, title: "The run has not finished", hint: "Wait for its end or cancel it." },
  nothing_to_resolve: { status: 409, title: "No unknown effect waits here", hint: "Look at the run's steps." },
  credential_missing: {
    status: 422,
    title: "The credential does not exist",
    hint: "Set it with `steward credential set`.",
  },
  oauth_client_missing: {
    status: 409,
    title: "There is no OAuth client to ask the provider with",
    hint: "Bring your own with `steward oauth-client set`; its steps are in the catalogue. Or ask the operator for one.",
  },
  provider_refused: {
    status: 422,
    title: "The provider refuses this",
    hint: "Mend what the message names, at the provider or here.",
  },
  internal: {
    status: 500,
    title: "Steward failed to do this",
    hint: "Repeat it; if it stays, look at the server's log.",
  },
  unavailable: { status: 503, title: "Steward can't do this right now", hint: "Repeat it in a few seconds." },
  home_in_use: {
    status: 500,
    title: "Another Steward runs on this home",
    hint: "Stop it first, or set STEWARD_HOME to another folder.",
  },
  start_refused: { status: 500, title: "Steward can't start", hint: "Mend what is named." },
} as const satisfies Record<string, { status: number; title: string; hint: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** A refusal: what happened, to which id, and what to do next. Never used for a failing step: that is data. */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** Machine-readable particulars, safe to show to the caller: `field`, `line`, `run`, `retryAfterSeconds`, … */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = "AppError";
    this.code = code;
    this.details = details;
  }
}
