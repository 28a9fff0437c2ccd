/** The signed tokens that the library mails (RFC 7519). */

/** What the one to a new address is for. */
export const CHANGES_ADDRESS = "change-email-verification";

/** What a signed token says (RFC 7519), unproved. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
