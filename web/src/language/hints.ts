/**
 * What to do next where the server's own hint speaks to programs or to whoever runs it: by the code of the refusal. The
 * server's stands for every other code (server/test/web-hints.test.ts holds which).
 */
export const hints: Readonly<Record<string, string>> = {
  invalid_request: "Look at what you typed. If it is right, load the page again: it may be older than the server.",
  unauthenticated: "Sign in again.",
  forbidden: "Ask whoever manages the roles of your organization.",
  second_factor_required: "Set one up under Account, or sign in again with the one you have.",
  not_found: "It may have been deleted or renamed meanwhile. Go back and look for it.",
  method_not_allowed: "Load the page again: it is older than the server.",
  conflict: "Look at how it stands now, then decide again.",
  request_timeout: "Look at your connection, then try again.",
  headers_too_large: "Delete this site’s cookies in your browser, then sign in again.",
  media_type_unsupported: "Load the page again: it is older than the server.",
  idempotency_mismatch: "Load the page again, then do it once more.",
  precondition_failed: "Load the page again to see what it is now, then decide.",
  range_unsatisfiable: "Load the page again: what you look at has become shorter.",
  flow_has_problems: "Mend each problem, save, then publish.",
  signature_invalid: "Look at the credential that the trigger names, and at what the sender signs with.",
  overloaded: "Wait a moment, then try again.",
  rate_limited: "Wait a moment, then try again.",
  oauth_client_missing:
    "Set up your own OAuth client for it in the catalogue, or ask whoever runs this Steward for one.",
  credential_missing: "Set it under Settings, Credentials.",
  internal: "Try again. If it stays, tell whoever runs this Steward.",
  unavailable: "Try again in a few seconds.",
  unreachable: "Look at your connection. If others can’t open this page either, Steward is not running.",
  timeout: "Look whether it happened before you repeat it.",
  bad_answer: "Load the page again. If it stays, something stands between you and Steward.",
};
