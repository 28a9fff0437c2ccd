import {
  AuthorizationResponseError,
  OperationProcessingError,
  ResponseBodyError,
  UnsupportedOperationError,
} from "oauth4webapi";
import type { NoTokens } from "../../core/ports/oauth.ts";
import { Unavailable } from "./egress-fetch.ts";

/** RFC 6749, 5.2 and RFC 8628, 3.5; then GitHub's and Slack's own. */
const KINDS: Readonly<Record<string, NoTokens["kind"]>> = {
  invalid_grant: "dead",
  expired_token: "dead",
  access_denied: "denied",
  invalid_client: "client_refused",
  unauthorized_client: "client_refused",
  temporarily_unavailable: "unavailable",
  server_error: "unavailable",
  bad_verification_code: "dead",
  bad_refresh_token: "dead",
  incorrect_client_credentials: "client_refused",
  invalid_code: "dead",
  code_already_used: "dead",
  invalid_refresh_token: "dead",
  token_revoked: "dead",
  token_expired: "dead",
  account_inactive: "dead",
  bad_client_secret: "client_refused",
  invalid_client_id: "client_refused",
  ratelimited: "unavailable",
  internal_error: "unavailable",
  service_unavailable: "unavailable",
};

/** Errors are short words; anything else is not repeated, for it may hold what was sent. */
const CODE = /^[a-z][a-z0-9_.-]{0,63}$/;

/** What an error of the library or the egress means. Rethrows what is a bug. */
export function readError(error: unknown): NoTokens {
  if (error instanceof Unavailable) {
    const { code, message, retryAfterMs } = error;
    return { kind: "unavailable", code, message, retryAfterMs };
  }
  if (error instanceof ResponseBodyError) return refusedAs(error.error);
  if (error instanceof AuthorizationResponseError) return refusedAs(error.error);
  if (error instanceof OperationProcessingError || error instanceof UnsupportedOperationError)
    return {
      kind: "unavailable",
      code: "garbage",
      message: "the provider's answer is not one of OAuth 2",
      retryAfterMs: null,
    };
  throw error;
}

function refusedAs(text: string): NoTokens {
  const code = CODE.test(text) ? text : "refused";
  return { kind: KINDS[code] ?? "refused", code, message: `the provider says ${code}`, retryAfterMs: null };
}
