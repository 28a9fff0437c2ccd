/** The library's refusals as ours: its codes and statuses, in Steward's words. */
import { AppError, type ErrorCode } from "../../core/errors.ts";

type Refusal = readonly [ErrorCode, string];

const WRONG: Refusal = ["sign_in_failed", "The address or the password is not right."];
const WRONG_CODE: Refusal = ["sign_in_failed", "The code is not right, or was used before."];
const STALE: Refusal = ["token_invalid", "This link or code is not valid, was used before, or is too old."];
const ASK_AGAIN: Refusal = ["session_not_fresh", "This needs a sign-in of the last hour."];

const BY_CODE: Readonly<Record<string, Refusal>> = {
  INVALID_EMAIL_OR_PASSWORD: WRONG,
  INVALID_PASSWORD: ["sign_in_failed", "The password is not right."],
  CREDENTIAL_ACCOUNT_NOT_FOUND: ["conflict", "This account has no password yet: have a reset mailed to set one."],
  EMAIL_NOT_VERIFIED: ["email_unverified", "The mail address is not confirmed yet."],
  INVALID_TOKEN: STALE,
  TOKEN_EXPIRED: STALE,
  USER_NOT_FOUND: STALE,
  INVALID_USER: STALE,
  INVALID_TWO_FACTOR_COOKIE: STALE,
  CHALLENGE_NOT_FOUND: STALE,
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: ["token_invalid", "Too many wrong codes: sign in again."],
  ACCOUNT_TEMPORARILY_LOCKED: ["overloaded", "Too many wrong codes: wait a quarter of an hour."],
  INVALID_CODE: WRONG_CODE,
  INVALID_BACKUP_CODE: WRONG_CODE,
  TOTP_ALREADY_ENABLED: ["conflict", "A second factor is set up already: take it away first."],
  TOTP_NOT_ENABLED: ["conflict", "No second factor is being set up."],
  TWO_FACTOR_NOT_ENABLED: ["conflict", "No second factor is set up."],
  BACKUP_CODES_NOT_ENABLED: ["conflict", "No second factor is set up."],
  PASSKEY_NOT_FOUND: ["sign_in_failed", "This passkey is not known here."],
  AUTHENTICATION_FAILED: ["sign_in_failed", "The passkey was not accepted."],
  FAILED_TO_VERIFY_REGISTRATION: ["value_invalid", "The passkey was not accepted."],
  USER_VERIFICATION_MISSING: ["value_invalid", "The passkey must ask for a finger, a face or a PIN."],
  SESSION_NOT_FRESH: ASK_AGAIN,
  SESSION_EXPIRED: ASK_AGAIN,
  EMAIL_ALREADY_VERIFIED: ["conflict", "The mail address is confirmed already."],
  SIGN_ON_REQUIRED: [
    "sign_on_required",
    "People with addresses of this domain sign in by their organization's sign-on.",
  ],
  INVALID_ORIGIN: ["forbidden", "A session serves Steward's own page only."],
};

const BY_STATUS: Readonly<Record<number, Refusal>> = {
  400: ["value_invalid", "The sign-in does not accept this."],
  401: ["unauthenticated", "Nobody is signed in here, or the session has ended."],
  403: ["forbidden", "This is not allowed here."],
  404: ["not_found", "There is nothing of this here."],
  409: ["conflict", "This was done meanwhile: try again."],
  415: ["media_type_unsupported", "Send JSON."],
  422: ["value_invalid", "The sign-in does not accept this."],
  429: ["overloaded", "Too many tries."],
};

/** What to refuse with for an answer of status 400 to 499. */
export function refusalOf(status: number, body: unknown): AppError {
  const reason = typeof body === "object" && body !== null && "code" in body ? String(body.code) : null;
  const [code, message] = BY_CODE[reason ?? ""] ?? BY_STATUS[status] ?? BY_STATUS[400]!;
  return new AppError(code, message, reason === null ? {} : { reason });
}
