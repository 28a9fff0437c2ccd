import { AppError } from "../../core/errors.ts";

/** Why a sign-on did not succeed, as the page is told; the words are for the log and the audit. */
export type SignOnRefusal = "state_invalid" | "provider_failed" | "proof_invalid" | "address_missing" | "already_bound";

export function signOnRefused(reason: SignOnRefusal, message: string): AppError {
  return new AppError("sign_in_failed", message, { reason });
}
