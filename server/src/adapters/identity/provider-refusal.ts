/** Why a sign-in at a provider did not succeed, as our page is told: codes of ours, and nothing that the provider wrote. */

/** Documented in docs/sign-on.md, in words on the page (web/src/language/entry.ts). */
export type ProviderRefusal =
  | "state_invalid"
  | "provider_failed"
  | "proof_invalid"
  | "address_missing"
  | "address_unproved"
  | "sign_up_closed"
  | "birth_date_missing"
  | "sign_on_required";

/** The library's codes (its oauth2/errors and oauth2/state), and those of our own hooks. */
const BY_CODE: Readonly<Record<string, ProviderRefusal>> = {
  state_mismatch: "state_invalid",
  state_not_found: "state_invalid",
  state_security_mismatch: "state_invalid",
  please_restart_the_process: "state_invalid",
  no_code: "proof_invalid",
  invalid_code: "proof_invalid",
  invalid_callback_request: "proof_invalid",
  issuer_missing: "proof_invalid",
  issuer_mismatch: "proof_invalid",
  nonce_binding_missing: "proof_invalid",
  unable_to_get_user_info: "proof_invalid",
  email_not_found: "address_missing",
  // One answer to both: which it was would say whether there is an account with an address that nobody proved.
  account_not_linked: "address_unproved",
  email_not_verified: "address_unproved",
  email_unverified: "address_unproved",
  sign_up_closed: "sign_up_closed",
  value_invalid: "birth_date_missing",
  SIGN_ON_REQUIRED: "sign_on_required",
};

/** What our page's address says of an address that the library leads to; null where that is no refusal. */
export function providerRefusal(location: URL): ProviderRefusal | null {
  const code = location.pathname === "/sign-in" ? location.searchParams.get("error") : null;
  if (code === null) return null;
  return Object.hasOwn(BY_CODE, code) ? BY_CODE[code]! : "provider_failed";
}
